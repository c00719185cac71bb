import json
from collections.abc import Callable
from pathlib import Path

import pytest

from loopsy_daemon.errors import LoopsyError
from loopsy_deploy import build as building
from loopsy_deploy.build import BuildError, Package, build

SCRIPT = "const fs = require('fs'); fs.mkdirSync('dist', {recursive: true}); fs.appendFileSync('dist/runs', 'x')"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Package:
    """Make a package without dependencies, whose build counts its runs, in a checkout of its own."""
    monkeypatch.setattr(building, "ROOT", tmp_path)
    directory = tmp_path / "thing"
    (directory / "src").mkdir(parents=True)
    manifest = {"name": "thing", "version": "1.0.0", "scripts": {"build": "node build.js"}}
    lock = {"name": "thing", "version": "1.0.0", "lockfileVersion": 3, "packages": {"": manifest}}
    (directory / "package.json").write_text(json.dumps(manifest))
    (directory / "package-lock.json").write_text(json.dumps(lock))
    (directory / "build.js").write_text(SCRIPT)
    (directory / "src" / "index.ts").write_text("1")
    shared = tmp_path / "shared"
    shared.mkdir()
    (tmp_path / "version.py").write_text("1")
    return Package(directory, (shared, tmp_path / "version.py"))


@pytest.fixture
def steps(package: Package) -> Callable[[], list[str]]:
    def run() -> list[str]:
        said: list[str] = []
        build([package], said.append)
        return [line.rsplit(" (", 1)[0] for line in said]

    return run


def test_a_first_build_does_everything_and_a_second_nothing(package: Package, steps: Callable[[], list[str]]) -> None:
    assert steps() == ["install the packages of thing", "build thing"]
    assert steps() == []
    assert (package.directory / "dist" / "runs").read_text() == "x"


@pytest.mark.parametrize("changed", ["thing/src/index.ts", "thing/src/deep/new.ts", "shared/wire.ts", "version.py"])
def test_a_changed_source_is_built_again(tmp_path: Path, steps: Callable[[], list[str]], changed: str) -> None:
    steps()
    (tmp_path / changed).parent.mkdir(exist_ok=True)
    (tmp_path / changed).write_text("2")
    assert steps() == ["build thing"]
    (tmp_path / changed).unlink()
    assert steps() == ["build thing"]


@pytest.mark.parametrize("other", ["test/index.test.ts", "node_modules/.cache", "dist/extra"])
def test_what_the_bundle_is_not_made_of_changes_nothing(
    package: Package, steps: Callable[[], list[str]], other: str
) -> None:
    steps()
    (package.directory / other).parent.mkdir(exist_ok=True)
    (package.directory / other).write_text("2")
    assert steps() == []


def test_what_is_missing_is_made_again(package: Package, steps: Callable[[], list[str]]) -> None:
    steps()
    (package.directory / "dist" / "runs").unlink()
    (package.directory / "dist").rmdir()
    assert steps() == ["build thing"]


def test_a_changed_lock_is_installed_and_built(package: Package, steps: Callable[[], list[str]]) -> None:
    steps()
    (package.directory / ".npmrc").write_text("fund=false\n")
    assert steps() == ["install the packages of thing", "build thing"]


def test_a_failed_step_shows_its_output_and_is_tried_again(package: Package, steps: Callable[[], list[str]]) -> None:
    (package.directory / "build.js").write_text("console.log('it broke'); process.exit(3)")
    for _ in range(2):
        with pytest.raises(BuildError, match="it broke") as failed:
            steps()
        assert failed.value.hint == f"cd {package.directory} && npm run build"
    (package.directory / "build.js").write_text(SCRIPT)
    assert steps() == ["build thing"]


def test_a_lock_that_does_not_fit_is_refused_with_its_reason(package: Package, steps: Callable[[], list[str]]) -> None:
    manifest = json.loads((package.directory / "package.json").read_text())
    (package.directory / "package.json").write_text(json.dumps(manifest | {"dependencies": {"other": "file:other"}}))
    (package.directory / "other").mkdir()
    (package.directory / "other" / "package.json").write_text('{"name": "other", "version": "1.0.0"}')
    with pytest.raises(BuildError, match="Missing: other"):
        steps()


def test_a_directory_without_a_lock_is_no_package(tmp_path: Path, package: Package) -> None:
    with pytest.raises(LoopsyError, match=r"no package-lock\.json"):
        build([Package(tmp_path / "shared")])
