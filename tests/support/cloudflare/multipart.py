"""multipart/form-data, taken apart and put together (RFC 7578)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tests.support.cloudflare import errors


@dataclass(frozen=True, slots=True)
class Part:
    """One field of a form."""

    name: str
    content_type: str
    content: bytes


def parse_form(content_type: str, body: bytes) -> dict[str, Part]:
    """Return the parts by name; anything but a well-formed form is refused."""
    kind, _, parameters = content_type.partition(";")
    boundary = re.search(r'boundary="?([^";]+)"?', parameters)
    if kind.strip().lower() != "multipart/form-data" or boundary is None:
        raise errors.unreadable("Content-Type must be multipart/form-data with a boundary")
    delimiter = b"\r\n--" + boundary[1].encode()
    pieces = (b"\r\n" + body).split(delimiter)
    if len(pieces) < 3 or pieces[0] or pieces[-1].strip() != b"--":
        raise errors.unreadable("the form does not end with its boundary")
    parts: dict[str, Part] = {}
    for piece in pieces[1:-1]:
        head, separator, content = piece.partition(b"\r\n\r\n")
        fields = {
            line.split(":", 1)[0].strip().lower(): line.split(":", 1)[1].strip()
            for line in head.decode("utf-8").splitlines()
            if ":" in line
        }
        name = re.search(r'\bname="([^"]*)"', fields.get("content-disposition", ""))
        if not separator or name is None or name[1] in parts:
            raise errors.unreadable("a part has no name, or one that was there before")
        parts[name[1]] = Part(name[1], fields.get("content-type", "text/plain"), content)
    return parts


def build_form(parts: Iterable[Part]) -> tuple[str, bytes]:
    """Return the content type and the body of a form."""
    boundary = "loopsy-stand-in-form-boundary"
    body = b"".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{part.name}"; filename="{part.name}"\r\n'
        f"Content-Type: {part.content_type}\r\n\r\n".encode()
        + part.content
        + b"\r\n"
        for part in parts
    )
    return f"multipart/form-data; boundary={boundary}", body + f"--{boundary}--\r\n".encode()
