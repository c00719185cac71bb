"""What `ci init` writes, run step by step against the stand-in, with the package installed from a wheel."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.deployer import Deployer, other_version
from tests.support.github_comments import TOKEN, GitHubComments
from tests.support.pipeline import Runner, load_yaml
from tests.support.wheel import ROOT, build_wheel, environment_beside_ours

NAME = "loopsy-relay"
WORKFLOW = Path(".github", "workflows", "loopsy-relay.yml")
PIPELINE = Path(".gitlab", "loopsy-relay.yml")

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("wheel")]


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of the jobs, without Loopsy."""
    return environment_beside_ours(tmp_path_factory.mktemp("environment") / "python") / "bin"


@pytest.fixture(scope="module")
def package_index(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What lets pip install from a directory that has only this version's wheel."""
    directory = tmp_path_factory.mktemp("dist")
    build_wheel(ROOT, directory)
    alone = {"PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1", "PIP_IGNORE_INSTALLED": "1"}
    return {**alone, "PIP_FIND_LINKS": str(directory)}


@pytest.fixture
def github() -> Iterator[GitHubComments]:
    with GitHubComments() as running:
        yield running


@pytest.fixture
def runner(
    deployer: Deployer, github: GitHubComments, programs: Path, package_index: dict[str, str], tmp_path: Path
) -> Runner:
    """A machine of the host of the repository, which knows the account's token and nothing else of the relay."""
    for directory in ("work", "runner"):
        (tmp_path / directory).mkdir()
    variables = {
        "HOME": str(tmp_path / "runner"),
        "XDG_CACHE_HOME": os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache"),
        "CLOUDFLARE_API_BASE_URL": deployer.cloud.api_url,
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
        **deployer.cloud.edge_environment,
        **github.environment,
        **package_index,
    }
    values = {
        "secrets.CLOUDFLARE_API_TOKEN": deployer.cloud.token,
        "vars.CLOUDFLARE_ACCOUNT_ID": deployer.cloud.account_id,
        "github.token": TOKEN,
    }
    return Runner(tmp_path / "work", programs, variables, values)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    repository = tmp_path / "repository"
    (repository / ".git").mkdir(parents=True)
    monkeypatch.chdir(repository)
    return repository


def deploy_former_version(deployer: Deployer, directory: Path) -> None:
    """Deploy from a laptop what an older Loopsy would have deployed."""
    deployer.payload = other_version(directory)
    deployer.deploy()
    deployer.payload = None


@pytest.mark.thorough
def test_a_pull_request_gets_one_comment_which_follows_the_relay(
    deployer: Deployer, runner: Runner, github: GitHubComments, repository: Path, tmp_path: Path
) -> None:
    deployer("ci", "init")
    workflow = load_yaml(repository / WORKFLOW)
    quote = f"<!-- loopsy-deploy-relay {NAME} --> I quote"
    github.write(quote)
    for _ in range(120):
        github.write("me too")
    ended = runner.github(workflow, "preview")
    assert ended.returncode == 0, ended.stderr
    assert (runner.programs / "loopsy-deploy-relay").is_file(), "the job has installed it"
    ours = github.comments[-1]
    assert f"\n```\n{NAME} on account {deployer.cloud.account_id}:\n1. make and keep its secrets\n" in ours["body"]
    assert ended.stdout.strip() == ours["html_url"]
    deploy_former_version(deployer, tmp_path / "former")
    asked = len(deployer.cloud.requests)
    assert runner.github(workflow, "preview").returncode == 0
    assert {request.method for request in deployer.cloud.requests[asked:]} == {"GET"}
    assert "because its bundle changes from" in ours["body"]
    assert len(github.comments) == 122
    assert github.comments[0]["body"] == quote
    text = (runner.directory / "preview.md").read_text(encoding="utf-8")
    assert ours["body"] == f"<!-- loopsy-deploy-relay {NAME} -->\n{text}"
    assert (tmp_path / "summary.md").read_text(encoding="utf-8").endswith(text)


@pytest.mark.thorough
def test_a_deployment_updates_the_relay_verifies_it_and_never_sees_its_secrets(
    deployer: Deployer, runner: Runner, repository: Path, tmp_path: Path
) -> None:
    deployer("ci", "init")
    workflow = load_yaml(repository / WORKFLOW)
    refused = runner.github(workflow, "deploy")
    assert refused.returncode == 1
    assert f"A pipeline has no place to keep the secrets of {NAME}." in refused.stderr
    assert f"hint: make the relay first: loopsy-deploy-relay --name {NAME};" in refused.stderr
    assert deployer.cloud.scripts == []
    deploy_former_version(deployer, tmp_path / "former")
    secrets = dict(deployer.cloud.script(NAME).secrets)
    former = deployer.cloud.script(NAME).bindings["LOOPSY_BUNDLE_HASH"]
    ended = runner.github(workflow, "deploy")
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.startswith(f"https://{NAME}.ada.workers.dev serves what this installation has: ")
    assert deployer.cloud.script(NAME).bindings["LOOPSY_BUNDLE_HASH"] != former
    assert deployer.cloud.script(NAME).secrets == secrets
    assert not any(
        value in path.read_text(encoding="utf-8", errors="replace")
        for path in (tmp_path / "runner").rglob("*")
        if path.is_file()
        for value in secrets.values()
    )


@pytest.mark.thorough
def test_gitlab_previews_into_a_file_and_deploys(deployer: Deployer, runner: Runner, repository: Path) -> None:
    deployer.deploy()
    deployer("ci", "init", "--provider", "gitlab")
    pipeline = load_yaml(repository / PIPELINE)
    ended = runner.gitlab(pipeline, f"{NAME}-preview")
    assert ended.returncode == 0, ended.stderr
    (shown,) = pipeline[f"{NAME}-preview"]["artifacts"]["paths"]
    assert (runner.directory / shown).read_text(encoding="utf-8").endswith("is as wanted: nothing to do.\n")
    ended = runner.gitlab(pipeline, f"{NAME}-deploy")
    assert ended.returncode == 0, ended.stderr
    assert "was up to date and answers" in ended.stdout
    assert "serves what this installation has: " in ended.stdout
