import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from loopsy_daemon import __version__
from loopsy_daemon.errors import UsageError
from loopsy_deploy.ci_comment import comment
from loopsy_deploy.ci_file import put_pipeline
from loopsy_deploy.ci_pipeline import Pipeline, Provider, Trigger, is_untouched
from loopsy_deploy.errors import DeployError
from tests.support.github_comments import TOKEN, GitHubComments
from tests.support.pipeline import load_yaml

PIPELINE = Pipeline("github", "loopsy-relay", "main", "2.0.0")
EVERY = [Pipeline(provider, "mine", on, "2.0.0") for provider in get_args(Provider) for on in get_args(Trigger)]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    return tmp_path


def test_it_is_written_for_everybody_to_read_from_anywhere_in_the_repository(repository: Path) -> None:
    (repository / "deep" / "down").mkdir(parents=True)
    path, change = put_pipeline(PIPELINE, repository / "deep" / "down")
    assert (path, change) == (repository / ".github" / "workflows" / "loopsy-relay.yml", "written")
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert path.read_text(encoding="utf-8").splitlines()[1] == f"#   {PIPELINE.command}"
    assert put_pipeline(PIPELINE, repository)[1] == "unchanged"


def test_another_version_replaces_what_nobody_has_changed(repository: Path) -> None:
    put_pipeline(PIPELINE, repository)
    path, change = put_pipeline(Pipeline("github", "loopsy-relay", "main", "2.1.0"), repository)
    assert change == "updated"
    assert 'LOOPSY_VERSION: "2.1.0"' in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("change", ["on: push\n", "# Checksum of what follows: sha256 " + "0" * 64 + "\n", None])
def test_what_a_person_has_changed_stays_unless_it_is_forced(repository: Path, change: str | None) -> None:
    path, _ = put_pipeline(PIPELINE, repository)
    theirs = change or path.read_text(encoding="utf-8").replace("ubuntu-24.04", "self-hosted")
    path.write_text(theirs, encoding="utf-8")
    with pytest.raises(DeployError, match="changed by hand") as refused:
        put_pipeline(PIPELINE, repository)
    assert refused.value.hint is not None
    assert "--force" in refused.value.hint
    assert path.read_text(encoding="utf-8") == theirs
    assert put_pipeline(PIPELINE, repository, force=True)[1] == "updated"
    assert path.read_text(encoding="utf-8") == PIPELINE.text()


def test_line_ends_of_windows_are_no_change(repository: Path) -> None:
    path, _ = put_pipeline(PIPELINE, repository)
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert put_pipeline(PIPELINE, repository)[1] == "unchanged"


def test_outside_a_repository_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no git repository"):
        put_pipeline(PIPELINE, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("pipeline", EVERY, ids=lambda pipeline: f"{pipeline.provider}-{pipeline.trigger}")
def test_every_pipeline_is_complete_and_recognised(pipeline: Pipeline, repository: Path) -> None:
    path, _ = put_pipeline(pipeline, repository)
    text = path.read_text(encoding="utf-8")
    assert is_untouched(text)
    assert "@NAME@" not in text
    assert not [word for word in text.split() if word.startswith("@") or word.endswith("@")]
    assert path.name == "loopsy-relay-mine.yml"
    loaded = load_yaml(path)
    if pipeline.provider == "github":
        started = loaded["on"]["push"]
        deploys = loaded["jobs"]["deploy"]["if"]
        assert "head.repo.full_name == github.repository" in loaded["jobs"]["preview"]["if"]
        assert loaded["env"]["RELAY_NAME"] == "mine"
        assert loaded["on"]["pull_request"] == {"paths": [str(pipeline.path)]}
    else:
        (started,) = loaded["loopsy-relay-mine-deploy"]["rules"]
        deploys = started["if"]
        assert loaded[".loopsy-relay-mine"]["variables"] == {"LOOPSY_VERSION": "2.0.0", "RELAY_NAME": "mine"}
    if pipeline.trigger == "main":
        assert str(pipeline.path) in (started.get("paths") or started["changes"])
        assert "main" in deploys
    else:
        assert "paths" not in started
        assert "changes" not in started
        assert "TAG" in deploys or "refs/tags/v" in deploys


def test_the_workflow_may_do_little_at_a_time_and_deploys_one_after_the_other() -> None:
    for pipeline in (pipeline for pipeline in EVERY if pipeline.provider == "github"):
        text = pipeline.text()
        assert "\npermissions: {}\n" in text
        assert text.count("permissions:") == 2
        assert "permissions:\n      pull-requests: write" in text
        assert "pull_request_target" not in text
        assert "group: deploy-mine\n      cancel-in-progress: false" in text
        assert text.count("secrets.") == text.count("secrets.CLOUDFLARE_API_TOKEN") == 3
        assert text.count("github.token") == 1


def test_the_comment_needs_a_job_of_a_pull_request_and_its_permission() -> None:
    with GitHubComments(permitted=False) as github:
        environment = {**github.environment, "GITHUB_TOKEN": TOKEN}
        with pytest.raises(DeployError, match="answers 403") as refused:
            comment("text", "mine", environment)
        assert refused.value.hint == "the job needs the permission pull-requests: write"
        for change in ({"GITHUB_REF": "refs/heads/main"}, {"GITHUB_TOKEN": ""}):
            with pytest.raises(UsageError):
                comment("text", "mine", {**environment, **change})
    with pytest.raises(DeployError, match="cannot be reached"):
        comment("text", "mine", environment)


def test_the_program_says_what_the_pipeline_needs(repository: Path, home: Path) -> None:
    def init(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "loopsy_deploy.cli", "ci", "init", *arguments],
            cwd=repository,
            env={**os.environ, "LOOPSY_HOME": str(home)},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    printed = init("--stdout", "--name", "mine", "--on", "tags")
    assert printed.stdout == Pipeline("github", "mine", "tags", __version__).text()
    assert list(repository.iterdir()) == [repository / ".git"]
    written = init()
    assert written.stdout == f"{repository / PIPELINE.path} is written.\n"
    needs = written.stderr.splitlines()
    assert "  gh secret set CLOUDFLARE_API_TOKEN" in needs
    assert "  gh variable set CLOUDFLARE_ACCOUNT_ID --body ACCOUNT_ID" in needs
    assert any("Workers Scripts: Edit and Account Settings: Read" in line for line in needs)
    assert "    - local: .gitlab/loopsy-relay.yml" in init("--provider", "gitlab").stderr.splitlines()
    refused = init("--name", "Not A Name")
    assert refused.returncode == 2
    assert len(refused.stderr.splitlines()) == 2
