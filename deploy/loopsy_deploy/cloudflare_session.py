"""A login at Cloudflare and the account that is meant: the API and wrangler, ready to use for one command."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from loopsy_daemon.errors import UsageError
from loopsy_deploy.cloudflare_api import BASE_URL, BASE_URL_VARIABLE, CloudflareApi
from loopsy_deploy.errors import AccountProblem, NotAuthorized
from loopsy_deploy.wrangler.driver import Wrangler

TOKEN_VARIABLE: Final = "CLOUDFLARE_API_TOKEN"
ACCOUNT_VARIABLE: Final = "CLOUDFLARE_ACCOUNT_ID"
_ACCOUNT_ID: Final = re.compile(r"[0-9a-f]{32}")


@dataclass(slots=True)
class CloudflareSession:
    """One account, with the API and, once it is needed, wrangler. Use `api` as `with session.api:`."""

    api: CloudflareApi
    account_id: str
    _token: str = field(repr=False)
    _install: Callable[[], Wrangler] = field(repr=False)
    _wrangler: Wrangler | None = None

    def environment(self) -> dict[str, str]:
        """Return the variables by which other programs know the login and the account."""
        return {TOKEN_VARIABLE: self._token, ACCOUNT_VARIABLE: self.account_id}

    def wrangler(self) -> Wrangler:
        """Return wrangler for this account; the first call of all installs it. Raises WranglerMissing, NodeError."""
        if self._wrangler is None:
            self._wrangler = self._install()
            self._wrangler.with_account(self._token, self.account_id)
        return self._wrangler


@dataclass(frozen=True, slots=True)
class SessionOpener:
    """Opens sessions. `choose` lets a person choose among accounts (id → name), or is None where nobody can answer."""

    environment: Mapping[str, str]
    say: Callable[[str], None]
    choose: Callable[[Mapping[str, str]], str] | None = None
    verbose: bool = False

    def open(self, account: str | None) -> CloudflareSession:
        """Log in if that is needed and return a session with the account (an id or a name). Raises CloudflareError."""
        token = self.environment.get(TOKEN_VARIABLE) or self._token_of_login()
        api = CloudflareApi(self.environment.get(BASE_URL_VARIABLE) or BASE_URL, token, say=self.say)
        account_id = self._account(api, account or self.environment.get(ACCOUNT_VARIABLE))
        return CloudflareSession(api, account_id, token, self._wrangler)

    def _wrangler(self) -> Wrangler:
        from loopsy_deploy.node import find_node
        from loopsy_deploy.wrangler.package import ensure_installed

        node = find_node(self.environment)
        program = ensure_installed(node, self.say, self.environment)
        return Wrangler(node, program, self.environment, say=self.say, verbose=self.verbose)

    def _token_of_login(self) -> str:
        wrangler = self._wrangler()
        token = wrangler.login_token()
        if token is None and self.choose is not None:
            self.say("Log in to Cloudflare. (In a browser on another device; if that fails, in one on this machine.)")
            if wrangler.login(device=True) or wrangler.login(device=False):
                token = wrangler.login_token()
        if not token:
            raise NotAuthorized(
                "There is no login at Cloudflare.",
                f"set {TOKEN_VARIABLE}, or run this in a terminal without --yes to log in",
            )
        return token

    def _account(self, api: CloudflareApi, wanted: str | None) -> str:
        if wanted and _ACCOUNT_ID.fullmatch(wanted):
            return wanted
        accounts = {
            str(account["id"]): str(account.get("name") or account["id"])
            for account in api.get_all("list your accounts", "/accounts")
        }
        if wanted:
            named = [account_id for account_id, name in accounts.items() if wanted in {account_id, name}]
            if len(named) != 1:
                raise AccountProblem(f"The login has no account {wanted}.", _listed(accounts))
            return named[0]
        if not accounts:
            raise AccountProblem("The token does not say which account it is for.", f"set {ACCOUNT_VARIABLE}")
        if len(accounts) == 1:
            return next(iter(accounts))
        if self.choose is None:
            raise AccountProblem("The login has several accounts.", _listed(accounts))
        chosen = self.choose(accounts)
        if chosen not in accounts:
            raise UsageError("That is none of the accounts.", _listed(accounts))
        return chosen


def _listed(accounts: Mapping[str, str]) -> str:
    names = ", ".join(f"{account_id} ({name})" for account_id, name in accounts.items())
    return f"choose with --account: {names or 'there is none'}"
