"""Cloudflare's API for what wrangler has no machine-readable answer to, or does without asking."""

import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Final, Self

import httpx

from loopsy_deploy.errors import CloudflareError, CloudflareUnavailable, NotAuthorized, PermissionMissing
from loopsy_deploy.wrangler.failures import TOKEN_PAGE, explain

BASE_URL: Final = "https://api.cloudflare.com/client/v4"
BASE_URL_VARIABLE: Final = "CLOUDFLARE_API_BASE_URL"
RETRY_PAUSES_SECONDS: Final = (1.0, 4.0)
MAX_PAUSE_SECONDS: Final = 60.0
_TIMEOUT_SECONDS: Final = 30.0
_PAGE_ENTRIES: Final = 50
_MAX_PAGES: Final = 20
_AUTHENTICATION_CODE: Final = 10000
_LOOPBACK: Final = ("http://127.0.0.1", "http://localhost", "http://[::1]")


class NotFound(CloudflareError):
    """What was asked for does not exist."""


class CloudflareApi:
    """The API with one token; use it as `with`. Every call raises CloudflareError."""

    def __init__(
        self,
        base_url: str,
        token: str,
        *,
        say: Callable[[str], None],
        retry_pauses_seconds: Sequence[float] = RETRY_PAUSES_SECONDS,
    ) -> None:
        self._http = httpx.Client(
            base_url=base_url.rstrip("/"),
            headers={"authorization": f"Bearer {token}"},
            timeout=_TIMEOUT_SECONDS,
            trust_env=not base_url.startswith(_LOOPBACK),
        )
        self._say = say
        self._pauses = tuple(retry_pauses_seconds)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._http.close()

    def get(self, what: str, path: str, parameters: dict[str, str] | None = None) -> Any:
        """Return the answer's `result`; `what` completes the sentence "Cloudflare did not …"."""
        return self._call(what, "GET", path, parameters).json().get("result")

    def get_all(self, what: str, path: str, parameters: dict[str, str] | None = None) -> list[dict[str, Any]]:
        """Return every entry of a list that comes in pages."""
        found: list[dict[str, Any]] = []
        for page in range(1, _MAX_PAGES + 1):
            asked = {**(parameters or {}), "page": str(page), "per_page": str(_PAGE_ENTRIES)}
            body = self._call(what, "GET", path, asked).json()
            found += body.get("result") or []
            if page >= int((body.get("result_info") or {}).get("total_pages") or 1):
                break
        return found

    def get_raw(self, what: str, path: str) -> httpx.Response:
        """Return an answer that is no JSON."""
        return self._call(what, "GET", path, None)

    def put(self, what: str, path: str, body: dict[str, Any]) -> Any:
        """Replace what is at the path."""
        return self._call(what, "PUT", path, None, body).json().get("result")

    def post(self, what: str, path: str, body: dict[str, Any]) -> Any:
        """Add to what is at the path."""
        return self._call(what, "POST", path, None, body).json().get("result")

    def ask_analytics(self, query: str) -> dict[str, Any]:
        """Return the `data` of a GraphQL query of the account's analytics."""
        what = "read the account's analytics"
        answer = self._call(what, "POST", "/graphql", None, {"query": query}).json()
        errors = answer.get("errors") or []
        if not errors and isinstance(answer.get("data"), dict):
            return dict(answer["data"])
        text = "; ".join(str(error.get("message")) for error in errors) or "no data"
        if "not authorized" in text or "does not have access" in text:  # the status is 200 all the same
            raise PermissionMissing(f"The API token may not {what}.", f"give it Account Analytics: Read: {TOKEN_PAGE}")
        raise CloudflareError(f"Cloudflare did not {what}: {text}.", "loopsy-deploy-relay status")

    def _call(
        self, what: str, method: str, path: str, parameters: dict[str, str] | None, body: dict[str, Any] | None = None
    ) -> httpx.Response:
        pauses = iter(self._pauses)
        while True:
            try:
                return self._attempt(what, method, path, parameters, body)
            except CloudflareUnavailable as error:
                pause_seconds = next(pauses, None)
                if pause_seconds is None:
                    raise
                self._say(f"{error.message} Trying again…")
                time.sleep(min(max(pause_seconds, self._asked_seconds), MAX_PAUSE_SECONDS))

    _asked_seconds = 0.0

    def _attempt(
        self, what: str, method: str, path: str, parameters: dict[str, str] | None, body: dict[str, Any] | None
    ) -> httpx.Response:
        self._asked_seconds = 0.0
        try:
            answer = self._http.request(method, path, params=parameters, json=body)
        except httpx.HTTPError as error:
            raise CloudflareUnavailable(
                f"Cloudflare cannot be reached ({str(error) or type(error).__name__}).",
                "check the network, then run this again",
            ) from None
        if answer.is_success:
            return answer
        retry_after = answer.headers.get("retry-after", "")
        self._asked_seconds = float(retry_after) if retry_after.isdecimal() else 0.0
        raise self._refusal(what, path, answer)

    def _refusal(self, what: str, path: str, answer: httpx.Response) -> CloudflareError:
        try:
            errors = [error for error in answer.json().get("errors") or [] if isinstance(error, dict)]
        except (ValueError, AttributeError):
            errors = []
        codes = [int(error.get("code") or 0) for error in errors]
        text = "; ".join(str(error.get("message")) for error in errors) or f"status {answer.status_code}"
        if answer.status_code == httpx.codes.NOT_FOUND:
            return NotFound(f"Cloudflare did not {what}: {text}.", "loopsy-deploy-relay status")
        if _AUTHENTICATION_CODE in codes and path != "/accounts" and not self._is_accepted():
            # The same words for a wrong token and for one that lacks a permission: another question tells them apart.
            return NotAuthorized("Cloudflare does not accept the API token.", f"make a new one: {TOKEN_PAGE}")
        if _AUTHENTICATION_CODE in codes and path == "/accounts":
            return NotAuthorized("Cloudflare does not accept the API token.", f"make a new one: {TOKEN_PAGE}")
        return explain(what, text, status=answer.status_code, codes=codes)

    def _is_accepted(self) -> bool:
        try:
            answer = self._http.get("/accounts", params={"per_page": "1"})
        except httpx.HTTPError:
            return True  # not known: then the permission is the likelier reason
        return answer.is_success or answer.status_code not in {400, 401, 403}
