"""What wrangler's and the API's failures mean for a person: one sentence, a hint, and whether trying again helps."""

import re
from collections.abc import Sequence
from typing import Final

from loopsy_deploy.errors import (
    AccountProblem,
    CloudflareError,
    CloudflareUnavailable,
    DomainProblem,
    NotAuthorized,
    PermissionMissing,
)

TOKEN_PAGE: Final = "https://dash.cloudflare.com/profile/api-tokens"
PERMISSIONS: Final = (
    "Workers Scripts: Edit and Account Settings: Read; with a custom domain also Zone: Read and DNS: Edit"
)
_CODE: Final = re.compile(r"\[code: (\d+)\]")
_ESCAPES: Final = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_UNREACHABLE: Final = re.compile(r"fetch failed|ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|socket hang up|terminated")
_BUSY_STATUS: Final = re.compile(r"\b(?:50[0234]|52\d|429)\b.{0,40}|malformed response|rate.?limit", re.IGNORECASE)

_WRONG_TOKEN: Final = frozenset({6003, 6111, 9106, 9107, 10000})
_FORBIDDEN: Final = frozenset({9109, 10023, 10403})
_NO_SUBDOMAIN: Final = frozenset({10007, 10034, 10063})
_BUSY: Final = frozenset({971, 10013, 10429})
_ZONE: Final = frozenset({10082, 10083})
_SECRETS_CHANGED: Final = 10220
_TAKEN: Final = frozenset({100116, 100117})


def explain(what: str, text: str, *, status: int | None = None, codes: Sequence[int] = ()) -> CloudflareError:
    """Return the error for a failed attempt to do `what`, from what was answered."""
    plain = _ESCAPES.sub("", text)
    found = {*codes, *(int(code) for code in _CODE.findall(plain))}
    reason = _reason(plain)
    if (status in {401, 400} and found & _WRONG_TOKEN) or status == 401 or found & {6003, 6111, 9106, 9107}:
        return NotAuthorized(f"Cloudflare does not accept the API token ({reason}).", f"make a new one: {TOKEN_PAGE}")
    if found & _FORBIDDEN or status == 403 or 10000 in found:
        return PermissionMissing(
            f"The API token may not {what}.", f"give it {PERMISSIONS}, for this account: {TOKEN_PAGE}"
        )
    if "workers.dev" in plain and (found & _NO_SUBDOMAIN or ("subdomain" in plain and "register" in plain.lower())):
        return no_subdomain()
    if found & _TAKEN:
        return DomainProblem(
            f"Cloudflare did not {what}: something else uses the domain.",
            "delete its DNS record or Worker in the dashboard, or choose another domain; then run this again",
        )
    if _SECRETS_CHANGED in found:
        return CloudflareError(
            f"Cloudflare did not {what}: the secrets have changed since that version.",
            "deploy the version that you want with its own installation of Loopsy",
        )
    if found & _ZONE or re.search(r"[Cc]ould not find zone|zone .*not found", plain):
        return DomainProblem(
            f"Cloudflare cannot {what}: the domain's zone is not on this account.",
            "add the zone to the account in the dashboard, or leave --domain out",
        )
    if status == 429 or (status or 0) >= 500 or found & _BUSY or (not found and _BUSY_STATUS.search(plain)):
        return CloudflareUnavailable(
            f"Cloudflare could not {what}: {reason}.", "https://www.cloudflarestatus.com, then run this again"
        )
    if _UNREACHABLE.search(plain):
        return CloudflareUnavailable(
            f"Cloudflare cannot be reached, so it did not {what}.", "check the network, then run this again"
        )
    return CloudflareError(
        f"Cloudflare did not {what}: {reason}.", "run this again with --verbose to see wrangler's words"
    )


def no_subdomain() -> AccountProblem:
    """Return the error for an account that never chose its workers.dev address."""
    return AccountProblem(
        "This Cloudflare account has no workers.dev subdomain yet.",
        "choose one at https://dash.cloudflare.com/?to=/:account/workers/onboarding, then run this again",
    )


def _reason(text: str) -> str:
    """Return the line that tells most: the one with a code, else the last that is no decoration."""
    lines = [re.sub(r"^[\W_]*(?:\[?ERROR\]?)?\s*", "", line).strip() for line in text.splitlines()]
    lines = [line for line in lines if line and "Logs were written" not in line and "report" not in line.lower()]
    coded = [line for line in lines if _CODE.search(line)]
    chosen = coded[0] if coded else (lines[0] if lines else "no reason given")
    return chosen.rstrip(".")[:300]
