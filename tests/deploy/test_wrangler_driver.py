from pathlib import Path

import pytest

from loopsy_deploy.errors import CloudflareUnavailable
from loopsy_deploy.node import find_node
from loopsy_deploy.relay_secrets import ENVIRONMENT_VARIABLES
from loopsy_deploy.wrangler.driver import Wrangler
from loopsy_deploy.wrangler.package import ensure_installed


@pytest.fixture
def wrangler(tmp_path: Path) -> Wrangler:
    """The real wrangler with a token, in a home of its own."""
    node = find_node()
    environment = {"HOME": str(tmp_path), "CLOUDFLARE_API_TOKEN": "token-of-a-login"}
    return Wrangler(node, ensure_installed(node, print), environment, say=print, retry_pauses_seconds=())


def test_the_token_of_a_login_is_read_from_its_json(wrangler: Wrangler) -> None:
    assert wrangler.login_token() == "token-of-a-login"


def test_without_a_login_there_is_no_token(tmp_path: Path) -> None:
    node = find_node()
    wrangler = Wrangler(node, ensure_installed(node, print), {"HOME": str(tmp_path)}, say=print)
    assert wrangler.login_token() is None


def test_a_network_that_is_down_is_named_as_such(tmp_path: Path) -> None:
    node = find_node()
    environment = {"HOME": str(tmp_path), "CLOUDFLARE_API_BASE_URL": "http://127.0.0.1:9/client/v4"}
    wrangler = Wrangler(node, ensure_installed(node, print), environment, say=print, retry_pauses_seconds=())
    wrangler.with_account("token", "a" * 32)
    with pytest.raises(CloudflareUnavailable):
        wrangler.delete("relay")


def test_secrets_of_our_environment_do_not_reach_wrangler(tmp_path: Path) -> None:
    node = find_node()
    program = tmp_path / "program.mjs"
    names = ", ".join(repr(name) for name in sorted(ENVIRONMENT_VARIABLES))
    program.write_text(
        f"const found = [{names}].filter((name) => name in process.env);\n"
        "console.log(JSON.stringify({ token: JSON.stringify(found) }));\n",
        encoding="utf-8",
    )
    environment = dict.fromkeys(ENVIRONMENT_VARIABLES, "secret")
    assert Wrangler(node, program, environment, say=print).login_token() == "[]"
