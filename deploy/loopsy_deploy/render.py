"""Show what a command found or did: text for a person, or one JSON object for a program."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import assert_never

from loopsy_deploy.results import (
    Deployed,
    Destroyed,
    Examined,
    Finding,
    Previewed,
    Result,
    RolledBack,
    StatusShown,
    StepShown,
    Verified,
)

_HASH_CHARACTERS = 12


def show(result: Result, *, as_json: bool) -> None:
    """Print the result on standard output."""
    print(json.dumps(asdict(result), indent=2) if as_json else "\n".join(lines_of(result)))


def lines_of(result: Result) -> list[str]:
    """Return the result in words."""
    match result:
        case Previewed(changes=False):
            return [f"{result.url} is as wanted: nothing to do."]
        case Previewed():
            return [f"{result.name} on account {result.account_id}:", *_steps(result.steps)]
        case Deployed():
            first = "is deployed" if result.changed else "was up to date"
            return [result.url, f"{result.name} {first} and answers ({_bundle(result)}).", result.daemon]
        case StatusShown(exists=False):
            return [f"There is no relay {result.name} on account {result.account_id}."]
        case StatusShown():
            return _status(result)
        case Verified(differences=()):
            return [f"{result.url} serves what this installation has: {result.files} files ({_bundle(result)})."]
        case Verified():
            return [f"{result.url} serves something else:", *(f"  {line}" for line in result.differences)]
        case Destroyed(existed=False):
            return [f"There was no relay {result.name} on account {result.account_id}."]
        case Destroyed():
            return [f"{result.name} is deleted, with everything that it stored."]
        case RolledBack():
            return [f"{result.name} serves version {result.version_id} again, in place of {result.former_version_id}."]
        case Examined():
            return [line for finding in result.findings for line in _finding(finding)]
        case _:
            assert_never(result)


def _steps(steps: Sequence[StepShown]) -> list[str]:
    lines: list[str] = []
    for number, step in enumerate(steps, 1):
        lines.append(f"{number}. {step.title}")
        lines += [f"   because {reason}" for reason in step.reasons]
    return lines


def _finding(finding: Finding) -> list[str]:
    lines = [f"{'ok     ' if finding.good else 'problem'}  {finding.what}: {finding.found}"]
    return lines if finding.hint is None else [*lines, f"         hint: {finding.hint}"]


def _bundle(result: Deployed | Verified) -> str:
    return f"bundle {result.bundle_hash[:_HASH_CHARACTERS]}"


def _status(status: StatusShown) -> list[str]:
    newer = "this installation's" if status.up_to_date else f"this installation has {status.version}, another bundle"
    lines = [
        f"relay     {status.name} on account {status.account_id}",
        f"address   {status.url or 'none'}",
        f"version   {status.deployed_version or 'unknown'} ({newer})",
        f"health    {status.health}",
        f"secrets   {', '.join(status.secrets) or 'none'}",
    ]
    if status.engine is not None:
        lines.append(f"engine    {status.engine}")
    if status.domains:
        lines.append(f"domains   {', '.join(status.domains)}")
    if status.phones is not None:
        lines.append(f"phones    {status.phones.paired} of this machine, {status.phones.online} online")
    lines += _usage(status)
    if not status.up_to_date:
        lines.append("update it: loopsy-deploy-relay")
    return lines


def _usage(status: StatusShown) -> list[str]:
    lines = []
    usage = status.usage
    if status.devices is not None:
        connections = (
            ""
            if usage is None or usage.connections is None
            else f", up to {usage.connections} connections of one at once today"
        )
        lines.append(f"devices   {status.devices} registered{connections}")
    if usage is None:
        return [*lines, f"today     not known: {status.usage_problem}"] if status.usage_problem else lines
    lines.append(f"today     {usage.relay_requests:,} requests to this relay; of the free plan the account has used")
    for allowance in usage.allowances:
        share = allowance.used / allowance.allowed
        lines.append(
            f"          {allowance.what:<16} {allowance.used:>15,.0f} of {allowance.allowed:,.0f} ({share:.1%})"
        )
    return lines
