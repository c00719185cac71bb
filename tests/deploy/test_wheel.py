import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.check_wheel import check_contents, check_deployment, check_local
from tests.support.cloudflare import CloudStandIn
from tests.support.wheel import BUILD_SECONDS, ROOT, InstalledWheel, build_wheel

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("wheel")]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel(ROOT, tmp_path_factory.mktemp("dist"))


@pytest.fixture
def installed(wheel: Path, home: Path) -> InstalledWheel:
    """The wheel alone in an environment, beside the dependencies that the tests have."""
    installed = InstalledWheel.install(wheel, home, with_dependencies=False)
    program = "from loopsy_deploy.payload import find_payload; print(find_payload().root)"
    assert Path(installed.run("python", "-c", program).strip()).is_relative_to(installed.environment)
    return installed


def test_it_has_everything_and_nothing_of_where_it_was_made(wheel: Path) -> None:
    check_contents(wheel)


def test_a_relay_on_this_machine_runs_from_it_and_a_phone_pairs(installed: InstalledWheel) -> None:
    check_local(installed)


@pytest.mark.thorough
def test_it_deploys_and_what_is_served_is_what_it_brings(
    installed: InstalledWheel, deploy_account: CloudStandIn
) -> None:
    deploy_account.reset()
    check_deployment(installed, deploy_account)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of what a wheel is made of."""
    copy = tmp_path / "checkout"
    for name in ("daemon", "deploy", "infra", "relay/dist", "webapp/dist", "webapp/dashboard/dist"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE", ".gitignore", "relay/wrangler.jsonc"):
        shutil.copyfile(ROOT / name, copy / name)
    return copy


def test_without_the_built_relay_and_app_there_is_no_wheel(copy: Path, tmp_path: Path) -> None:
    shutil.rmtree(copy / "webapp" / "dist")
    with pytest.raises(subprocess.CalledProcessError) as failed:
        build_wheel(copy, tmp_path / "dist")
    said = failed.value.stdout + failed.value.stderr
    assert "The relay and the app are not built (webapp/dist/app, webapp/dist/_headers).\nhint: make build" in said
    assert "Traceback" not in said


def test_a_relay_that_was_built_for_another_version_is_refused(copy: Path, tmp_path: Path) -> None:
    (copy / "daemon" / "loopsy_daemon" / "__init__.py").write_text('__version__ = "2.9.0"\n', encoding="utf-8")
    with pytest.raises(subprocess.CalledProcessError) as failed:
        build_wheel(copy, tmp_path / "dist")
    assert "was built for another version than 2.9.0" in failed.value.stdout + failed.value.stderr


@pytest.mark.thorough
def test_a_source_distribution_makes_the_same_wheel(copy: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(tmp_path / "both"), str(copy)]
    subprocess.run(command, check=True, capture_output=True, timeout=BUILD_SECONDS)  # the wheel is made of the sdist
    (made,) = (tmp_path / "both").glob("*.whl")
    assert made.read_bytes() == build_wheel(copy, tmp_path / "dist").read_bytes()
