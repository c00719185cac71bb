"""This repository's own workflows, and the one that we write for others: what they may do, and what they call."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from loopsy_daemon import __version__
from tests.support.pipeline import SHELL, load_yaml

ROOT = Path(__file__).resolve().parents[1]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
RELEASE = ROOT / ".github" / "workflows" / "release.yml"
TEMPLATE = ROOT / "deploy" / "loopsy_deploy" / "ci_templates" / "github.yml"
USES = re.compile(r"^ *(?:- )?uses: (.*)$", re.MULTILINE)
PINNED = re.compile(r"([\w.-]+/[\w./-]+)@([0-9a-f]{40}) # (v\d+\.\d+\.\d+)")
LOCAL = re.compile(r"\./\.github/workflows/\w+\.yml")


def steps_of(job: dict[str, Any]) -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = job.get("steps", [])
    return steps


def test_every_action_is_pinned_to_one_commit_everywhere() -> None:
    used = [use for path in (*WORKFLOWS, TEMPLATE) for use in USES.findall(path.read_text(encoding="utf-8"))]
    assert len(used) > 5
    pins: dict[str, set[tuple[str, str]]] = {}
    for use in used:
        if LOCAL.fullmatch(use):
            assert (ROOT / use).is_file(), use
            continue
        pinned = PINNED.fullmatch(use)
        assert pinned is not None, f"{use} is not pinned to a commit that names its version"
        pins.setdefault(pinned[1], set()).add((pinned[2], pinned[3]))
    assert {action: versions for action, versions in pins.items() if len(versions) > 1} == {}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_may_only_read_unless_a_job_says_otherwise(path: Path) -> None:
    workflow = load_yaml(path)
    assert workflow["permissions"] in ({}, {"contents": "read"})
    assert "pull_request_target" not in workflow["on"]
    assert "concurrency" in workflow
    for name, job in workflow["jobs"].items():
        may_write = {permission for permission, level in job.get("permissions", {}).items() if level != "read"}
        assert may_write == ({"attestations", "id-token"} if name == "publish" else set()), name
        for step in steps_of(job):
            assert "${{" not in step.get("run", ""), "an expression in a script is an injection"
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False


def test_a_release_publishes_the_wheel_that_was_tested_and_nothing_else() -> None:
    jobs = load_yaml(RELEASE)["jobs"]
    assert jobs["test"]["uses"] == "./.github/workflows/ci.yml"
    assert "workflow_call" in load_yaml(ROOT / jobs["test"]["uses"])["on"]
    assert jobs["wheel"]["needs"] == "build"
    assert sorted(jobs["publish"]["needs"]) == ["test", "wheel"]
    assert "-m tests.check_wheel dist/*.whl" in steps_of(jobs["wheel"])[-1]["run"]
    uploaded = [step["with"]["name"] for step in steps_of(jobs["build"]) if "upload-artifact" in step.get("uses", "")]
    for job in ("wheel", "publish"):
        taken = [step["with"]["name"] for step in steps_of(jobs[job]) if "download-artifact" in step.get("uses", "")]
        assert taken == uploaded == ["packages"]
    used = [step["uses"].partition("@")[0] for step in steps_of(jobs["publish"])]
    assert used == ["actions/download-artifact", "actions/attest-build-provenance", "pypa/gh-action-pypi-publish"]


@pytest.mark.parametrize(("tag", "status"), [(f"v{__version__}", 0), ("v0.0.1", 1), (__version__, 1)])
def test_a_tag_that_is_not_the_version_stops_the_release(tag: str, status: int) -> None:
    (step,) = (
        step
        for step in steps_of(load_yaml(RELEASE)["jobs"]["build"])
        if step.get("name") == "The tag names the version"
    )
    done = subprocess.run(
        [*SHELL, "-c", step["run"]], cwd=ROOT, env={"PATH": "/usr/bin:/bin", "GITHUB_REF_NAME": tag}, check=False
    )
    assert done.returncode == status
