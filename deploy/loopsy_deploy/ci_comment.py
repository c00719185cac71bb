"""The one comment on a pull request that says what a deployment would do: written once, then updated."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import httpx

from loopsy_daemon.errors import UsageError
from loopsy_deploy.errors import DeployError

_TIMEOUT_SECONDS: Final = 30.0
_PAGE: Final = 100
_PULL_REQUEST: Final = re.compile(r"refs/pull/([0-9]+)/.+")


def comment(text: str, name: str, environment: Mapping[str, str]) -> str:
    """Write the comment of the relay `name`, or update it, on the pull request of this job; return its address.

    The environment is that of a job on GitHub, with GITHUB_TOKEN. Raises UsageError elsewhere, DeployError if GitHub
    refuses.
    """
    number = _PULL_REQUEST.fullmatch(environment.get("GITHUB_REF", ""))
    token, repository = environment.get("GITHUB_TOKEN"), environment.get("GITHUB_REPOSITORY")
    if number is None or not token or not repository:
        raise UsageError(
            "This is no job of a pull request on GitHub with GITHUB_TOKEN.", "loopsy-deploy-relay ci init writes one"
        )
    marker = f"<!-- loopsy-deploy-relay {name} -->"
    body = {"body": f"{marker}\n{text}"}
    issues = f"/repos/{repository}/issues"
    api = environment.get("GITHUB_API_URL") or "https://api.github.com"
    headers = {"authorization": f"Bearer {token}", "accept": "application/vnd.github+json"}
    try:
        with httpx.Client(base_url=api, headers=headers, timeout=_TIMEOUT_SECONDS) as http:
            written = _find(http, f"{issues}/{number[1]}/comments", marker)
            if written is None:
                answer = http.post(f"{issues}/{number[1]}/comments", json=body)
            else:
                answer = http.patch(f"{issues}/comments/{written}", json=body)
            return str(answer.raise_for_status().json()["html_url"])
    except httpx.HTTPStatusError as error:
        raise DeployError(
            f"GitHub answers {error.response.status_code} to the comment.",
            "the job needs the permission pull-requests: write",
        ) from None
    except httpx.HTTPError as error:
        reason = str(error) or type(error).__name__
        raise DeployError(f"GitHub cannot be reached ({reason}).", "run the job again") from None


def _find(http: httpx.Client, path: str, marker: str) -> int | None:
    """Return the id of our comment; a person who quotes it does not become its author."""
    for entry in _comments(http, path):
        if str(entry.get("body", "")).startswith(marker) and (entry.get("user") or {}).get("type") == "Bot":
            return int(entry["id"])
    return None


def _comments(http: httpx.Client, path: str) -> Iterator[dict[str, Any]]:
    page = 1
    while True:
        entries = http.get(path, params={"per_page": _PAGE, "page": page}).raise_for_status().json()
        yield from entries
        if len(entries) < _PAGE:
            return
        page += 1
