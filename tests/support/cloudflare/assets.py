"""Static assets on their way in: a session knows the manifest, uploads bring what is missing, a token completes it."""

import base64
import json
import re
import time
import uuid
from binascii import Error as Base64Error
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.support.cloudflare import errors
from tests.support.cloudflare.multipart import Part
from tests.support.cloudflare.scripts import Asset, Assets, Json

BUCKET_FILES: Final = 8
SESSION_SECONDS: Final = 3_600
MAX_FILE_BYTES: Final = 25 * 1_048_576
SUPPORTED_CONFIG: Final = {"html_handling", "not_found_handling", "run_worker_first", "_headers"}


@dataclass(slots=True)
class _Session:
    script_name: str
    manifest: Mapping[str, tuple[str, int]]  # path → hash, size
    missing: set[str]
    completion_token: str | None = None
    token: str = field(default="", repr=False)


class AssetStore:
    """The files of an account by hash, in a directory, and the uploads that are under way."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        directory.mkdir(parents=True)
        self._content_types: dict[str, str | None] = {}
        self._sessions: dict[str, _Session] = {}

    def open_session(self, script_name: str, manifest: object) -> Json:
        """Begin an upload; what is stored already is not asked for."""
        if not isinstance(manifest, dict):
            raise errors.unreadable("manifest must be an object")
        wanted: dict[str, tuple[str, int]] = {}
        for path, entry in manifest.items():
            if not isinstance(path, str) or not path.startswith("/") or not isinstance(entry, dict):
                raise errors.unreadable(f"manifest entry {path!r} must begin with a slash")
            file_hash, size = entry.get("hash"), entry.get("size")
            if not isinstance(file_hash, str) or not re.fullmatch(r"[0-9a-f]{32}", file_hash):
                raise errors.unreadable(f"the hash of {path} must be 32 hexadecimal digits")
            if not isinstance(size, int) or not 0 <= size <= MAX_FILE_BYTES:
                raise errors.unreadable(f"the size of {path} is not allowed")
            wanted[path] = (file_hash, size)
        missing = sorted({file_hash for file_hash, _ in wanted.values()} - self._content_types.keys())
        session = _Session(script_name, wanted, set(missing))
        session.token = self._token(session)
        answer: Json = {"jwt": session.token, "buckets": []}
        if missing:
            answer["buckets"] = [missing[at : at + BUCKET_FILES] for at in range(0, len(missing), BUCKET_FILES)]
        else:
            session.completion_token = session.token
        return answer

    def upload(self, token: str, parts: Mapping[str, Part]) -> Json:
        """Take files of a session in; the last ones bring the token that a script's upload needs."""
        session = self._sessions.get(token)
        if session is None or session.completion_token is not None:
            raise errors.ApiError.of(403, 10000, "Authentication error")
        sizes = dict(session.manifest.values())
        for part in parts.values():
            if part.name not in sizes:
                raise errors.unreadable(f"{part.name} is not in the manifest")
            try:
                content = base64.b64decode(part.content, validate=True)
            except Base64Error:
                raise errors.unreadable(f"{part.name} is not base64") from None
            if len(content) != sizes[part.name]:
                raise errors.unreadable(f"{part.name} has another size than the manifest says")
            (self.directory / part.name).write_bytes(content)
            self._content_types[part.name] = None if part.content_type == "application/null" else part.content_type
            session.missing.discard(part.name)
        if session.missing:
            return {}
        session.completion_token = self._token(session)
        return {"jwt": session.completion_token}

    def complete(self, script_name: str, assets: Json) -> Assets:
        """Return the assets that the metadata of a script's upload names by their completion token."""
        token = assets.get("jwt")
        session = self._sessions.get(token) if isinstance(token, str) else None
        if session is None or session.completion_token != token or session.script_name != script_name:
            raise errors.ApiError.of(
                400, 100324, "Invalid or expired asset upload token: upload all assets before the script"
            )
        config = {name: value for name, value in assets.get("config", {}).items() if value is not None}
        if unknown := config.keys() - SUPPORTED_CONFIG:
            raise errors.invalid(f"unknown asset configuration: {', '.join(sorted(unknown))}")
        files = {
            path: Asset(file_hash, size, self._content_types[file_hash])
            for path, (file_hash, size) in session.manifest.items()
        }
        return Assets(files, config)

    def _token(self, session: _Session) -> str:
        claims = {"session": uuid.uuid4().hex, "exp": int(time.time()) + SESSION_SECONDS}
        pieces = [base64.urlsafe_b64encode(json.dumps(piece).encode()).rstrip(b"=") for piece in ({"alg": "x"}, claims)]
        token = b".".join([*pieces, uuid.uuid4().hex.encode()]).decode()
        self._sessions[token] = session
        return token
