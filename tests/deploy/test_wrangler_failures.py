import os
from pathlib import Path

import pytest

from loopsy_deploy import errors
from loopsy_deploy.node import find_node
from loopsy_deploy.wrangler.failures import explain
from loopsy_deploy.wrangler.package import ensure_installed, pinned_version


@pytest.mark.parametrize(
    ("text", "status", "codes", "kind"),
    [
        ("Authentication error [code: 10000]", None, [], errors.PermissionMissing),
        ("Unauthorized to access requested resource", 403, [9109], errors.PermissionMissing),
        ("Invalid format for Authorization header", 400, [6111], errors.NotAuthorized),
        ("no", 401, [], errors.NotAuthorized),
        ("You need a workers.dev subdomain in order to proceed. [code: 10063]", None, [], errors.AccountProblem),
        ('zone_not_found for "a.example" [code: 10083]', None, [], errors.DomainProblem),
        ("Hostname already has externally managed DNS records", 409, [100117], errors.DomainProblem),
        ("An unknown error has occurred.", 500, [10013], errors.CloudflareUnavailable),
        ("Please wait and consider throttling your request speed [code: 971]", None, [], errors.CloudflareUnavailable),
        ("Received a malformed response from the API", None, [], errors.CloudflareUnavailable),
        ("TypeError: fetch failed", None, [], errors.CloudflareUnavailable),
        ("Uncaught SyntaxError: Unexpected token [code: 10021]", None, [], errors.CloudflareError),
    ],
)
def test_what_cloudflare_says_becomes_an_error_of_its_kind(
    text: str, status: int | None, codes: list[int], kind: type[errors.CloudflareError]
) -> None:
    error = explain("deploy it", text, status=status, codes=codes)
    assert type(error) is kind
    assert "deploy it" in error.message or kind in {errors.NotAuthorized, errors.AccountProblem}
    assert error.hint
    assert "\n" not in error.message


def test_the_reason_is_the_line_with_the_code_without_decoration() -> None:
    output = "🌀 Starting…\n\x1b[31m✘ \x1b[41;31m[ERROR]\x1b[0m \x1b[1mA request failed.\x1b[0m\n\n"
    output += "  Uncaught Error: no [code: 10021]\n"
    assert explain("deploy it", output).message == "Cloudflare did not deploy it: Uncaught Error: no [code: 10021]."


def test_an_installation_that_fails_says_why_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9")
    monkeypatch.setenv("npm_config_fetch_retries", "0")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "npm"))
    said: list[str] = []
    with pytest.raises(errors.WranglerMissing) as raised:
        ensure_installed(find_node(), said.append, {**os.environ, "XDG_CACHE_HOME": str(tmp_path)})
    assert raised.value.message.startswith(f"wrangler {pinned_version()} cannot be installed: ")
    assert len(said) == 1
    assert [path.name for path in (tmp_path / "loopsy").iterdir() if path.is_dir()] == []
