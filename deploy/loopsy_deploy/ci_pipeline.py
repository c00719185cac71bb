"""The file with which GitHub or GitLab previews, deploys and verifies a relay, made from a template."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from loopsy_deploy.wanted import DEFAULT_NAME

Provider = Literal["github", "gitlab"]
Trigger = Literal["main", "tags"]
TEMPLATES: Final = Path(__file__).resolve().parent / "ci_templates"
_DIRECTORIES: Final = {"github": Path(".github", "workflows"), "gitlab": Path(".gitlab")}
_TRIGGERS: Final = {
    ("github", "main"): 'branches: [main]\n    paths: ["@PATH@"]',
    ("github", "tags"): 'tags: ["v*"]',
    ("gitlab", "main"): '- if: $CI_COMMIT_BRANCH == "main"\n      changes: ["@PATH@"]',
    ("gitlab", "tags"): "- if: $CI_COMMIT_TAG =~ /^v/",
}
_DEPLOYS: Final = {"main": "github.ref == 'refs/heads/main'", "tags": "startsWith(github.ref, 'refs/tags/v')"}
_CHECKSUM: Final = re.compile(r"# Checksum of what follows: sha256 ([0-9a-f]{64})\n")


@dataclass(frozen=True, slots=True)
class Pipeline:
    """What deploys the relay `name` with this version of Loopsy: every change of main, or every tag v…."""

    provider: Provider
    name: str
    trigger: Trigger
    version: str

    @property
    def job(self) -> str:
        """What the file and its jobs are called."""
        return DEFAULT_NAME if self.name == DEFAULT_NAME else f"{DEFAULT_NAME}-{self.name}"

    @property
    def path(self) -> Path:
        """Where the file is in the repository."""
        return _DIRECTORIES[self.provider] / f"{self.job}.yml"

    @property
    def command(self) -> str:
        """The command that makes it again."""
        return f"loopsy-deploy-relay ci init --provider {self.provider} --on {self.trigger} --name {self.name}"

    def text(self) -> str:
        """Return the file's content; every value in it is of a form that YAML and a shell take as it is."""
        text = (TEMPLATES / f"{self.provider}.yml").read_text(encoding="utf-8")
        for placeholder, value in (
            ("@TRIGGER@", _TRIGGERS[self.provider, self.trigger]),
            ("@DEPLOYS@", _DEPLOYS[self.trigger]),
            ("@PATH@", self.path.as_posix()),
            ("@NAME@", self.name),
            ("@JOB@", self.job),
            ("@VERSION@", self.version),
        ):
            text = text.replace(placeholder, value)
        return (
            f"# Deploys the relay {self.name} to Cloudflare. Made by, and made anew for another version by:\n"
            f"#   {self.command}\n"
            f"# Checksum of what follows: sha256 {_checksum(text)}\n{text}"
        )


def is_untouched(text: str) -> bool:
    """Say whether a file is as some version of Loopsy has made it."""
    found = _CHECKSUM.search(text)
    return found is not None and _checksum(text[found.end() :]) == found[1]


def _checksum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
