"""Whether a relay serves exactly this installation's files: its script through the API, its app from its address."""

import hashlib
import re
from pathlib import Path
from typing import Final
from urllib.parse import quote

import httpx

from loopsy_daemon.relay.address import is_loopback
from loopsy_deploy.cloudflare_api import CloudflareApi
from loopsy_deploy.errors import CloudflareUnavailable
from loopsy_deploy.payload import WORKER, Payload
from loopsy_deploy.results import Verified

_TIMEOUT_SECONDS: Final = 30.0
_INDEX: Final = "index.html"


def verify(api: CloudflareApi, payload: Payload, account_id: str, name: str, url: str) -> Verified:
    """Compare every file and return the differences. Raises CloudflareError."""
    answer = api.get_raw(f"read the script of {name}", f"/accounts/{account_id}/workers/scripts/{name}/content/v2")
    modules = parse_modules(answer.headers.get("content-type", ""), answer.content)
    differences = _compare_modules(modules, payload)
    assets = payload.asset_files()
    try:
        with httpx.Client(base_url=url, timeout=_TIMEOUT_SECONDS, trust_env=not is_loopback(url)) as http:
            for path in assets:
                differences += _compare_asset(http, path, payload.assets)
    except httpx.HTTPError as error:
        raise CloudflareUnavailable(
            f"{url} cannot be reached ({str(error) or type(error).__name__}).", "loopsy-deploy-relay status"
        ) from None
    return Verified(name, url, payload.bundle_hash, len(assets) + 1, tuple(differences))


def parse_modules(content_type: str, body: bytes) -> dict[str, bytes]:
    """Return the files of a script by name, from the form that they are sent in."""
    match = re.search(r'boundary="?([^";]+)"?', content_type)
    if match is None:
        return {}
    modules: dict[str, bytes] = {}
    # Every part is preceded by a line break that belongs to its boundary (RFC 2046 §5.1.1), the first one's missing.
    for part in (b"\r\n" + body).split(b"\r\n--" + match[1].encode())[1:]:
        head, separator, content = part.partition(b"\r\n\r\n")
        name = re.search(rb'[; ]name="([^"]+)"', head)
        if separator and name:
            modules[name[1].decode(errors="replace")] = content
    return modules


def _compare_modules(modules: dict[str, bytes], payload: Payload) -> list[str]:
    wanted = {WORKER.name: payload.worker.read_bytes()}
    found = [
        f"{name}: the script has a file that this installation has not" for name in sorted(modules.keys() - wanted)
    ]
    for name, content in wanted.items():
        if name not in modules:
            found.append(f"{name}: the script has no such file")
        elif modules[name] != content:
            found.append(f"{name}: {_digest(modules[name])} is deployed, {_digest(content)} is here")
    return found


def _compare_asset(http: httpx.Client, path: Path, root: Path) -> list[str]:
    name = path.relative_to(root).as_posix()
    address = quote(name.removesuffix(_INDEX) if path.name == _INDEX else name)
    answer = http.get(f"/{address}")
    content = path.read_bytes()
    if answer.status_code != httpx.codes.OK:
        return [f"{name}: the relay answers {answer.status_code}"]
    if answer.content != content:
        return [f"{name}: {_digest(answer.content)} is served, {_digest(content)} is here"]
    return []


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]
