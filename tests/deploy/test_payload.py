import shutil
from pathlib import Path

import pytest

from loopsy_deploy.errors import BundleMissing
from loopsy_deploy.payload import ASSETS, CONFIGURATION, WORKER, Payload, find_payload
from loopsy_deploy.wanted import Wanted
from loopsy_deploy.wrangler.configuration import render


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A payload of three files."""
    for path, text in (
        (WORKER, "export default {}"),
        (
            CONFIGURATION,
            '{ "name": "x", // a name\n "url": "https://a//b", /* no\n more */ "assets": {"binding": "A"} }',
        ),
        (ASSETS / "app" / "index.html", "<p>"),
    ):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    return tmp_path


def hash_of(root: Path) -> str:
    return find_payload([root]).bundle_hash


def test_comments_go_and_addresses_stay(root: Path) -> None:
    configuration = find_payload([root]).configuration()
    assert configuration == {"name": "x", "url": "https://a//b", "assets": {"binding": "A"}}


def test_the_hash_is_of_names_and_contents_not_of_the_place(root: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(root, copy, ignore=lambda *_: ["copy"])
    assert hash_of(copy) == hash_of(root)
    index = copy / ASSETS / "app" / "index.html"
    index.write_text("<p>!", encoding="utf-8")
    changed = hash_of(copy)
    assert changed != hash_of(root)
    index.rename(index.with_name("other.html"))
    assert hash_of(copy) not in {changed, hash_of(root)}


@pytest.mark.parametrize("missing", [WORKER, CONFIGURATION, ASSETS / "app"])
def test_a_part_that_is_missing_is_no_payload(root: Path, missing: Path) -> None:
    (root / missing).rename(root / "away")
    with pytest.raises(BundleMissing):
        find_payload([root])


def test_the_first_place_that_has_everything_wins(root: Path, tmp_path: Path) -> None:
    assert find_payload([tmp_path / "nowhere", root]).root == root


def test_the_real_configuration_is_rendered_with_what_is_wanted() -> None:
    payload = find_payload()
    wanted = Wanted("mine", "0" * 32, "relay.example.org", "2", payload.bundle_hash, {"A": "1"})
    rendered = render(payload, wanted)
    assert (rendered["name"], rendered["account_id"], rendered["vars"]) == ("mine", "0" * 32, {"A": "1"})
    assert rendered["workers_dev"] is True
    assert "routes" not in rendered, "wrangler would take the domain from whoever has it"
    assert Path(rendered["main"]).is_file()
    assert (Path(rendered["assets"]["directory"]) / "app" / "index.html").is_file()
    assert isinstance(payload, Payload)
    assert payload.assets / "_headers" not in payload.asset_files()
