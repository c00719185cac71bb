"""What two machines say to each other about files, as typed values; docs/lan.md describes them."""

from typing import Annotated, Final, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct
from starlette.requests import Request

from loopsy_daemon.transfer.rules import MAX_PATH_CHARACTERS
from loopsy_daemon.wire.errors import MalformedMessage

CONTENT_PATH: Final = "/v1/files/content"
DIGEST_BYTES: Final = 32
"""The SHA-256 of the whole file, which follows its content in the same body."""
MAX_PAGE_ENTRIES: Final = 1_000
_MAX_SIZE_BYTES: Final = 1 << 62
_MAX_NAME_BYTES: Final = 255

FilePath = Annotated[str, Meta(min_length=1, max_length=MAX_PATH_CHARACTERS)]
Version = Annotated[str, Meta(pattern=r"^[0-9a-f]{16,64}$")]
"""Differs when a file was changed or replaced: content of two versions is never mixed."""
Size = Annotated[int, Meta(ge=0, le=_MAX_SIZE_BYTES)]
Mode = Annotated[int, Meta(ge=0, le=0o777)]
Moment = Annotated[float, Meta(ge=-1e18, le=1e18)]
"""Seconds since 1970, as far as file systems know them."""
FileType = Literal["file", "directory", "link", "other"]
T = TypeVar("T")


class PushStart(Struct, frozen=True, kw_only=True):
    """`POST /v1/files/push`: a file is about to be sent to `path`, or into the directory that is there as `name`."""

    path: FilePath
    name: Annotated[str, Meta(min_length=1, max_length=_MAX_NAME_BYTES)]
    size_bytes: Size
    version: Version
    overwrite: bool = False


class PushPlace(Struct, frozen=True, kw_only=True):
    """Where the file will be, absolute, and how much of this version is there already."""

    path: str
    offset: Size


class PushHead(Struct, frozen=True, kw_only=True):
    """The query of `PUT /v1/files/content`, whose body is the content from `offset` on, and its digest."""

    path: FilePath
    size_bytes: Size
    version: Version
    offset: Size
    mode: Mode
    modified_at: Annotated[float, Meta(ge=0, le=1e11)]
    overwrite: bool = False


class Pushed(Struct, frozen=True, kw_only=True):
    """The file is whole, and in its place."""

    path: str
    size_bytes: int
    sha256: str


class MakeDirectory(Struct, frozen=True, kw_only=True):
    """`POST /v1/files/directory`: make a directory of this name in the one at `path`, unless it is there."""

    path: FilePath
    name: Annotated[str, Meta(min_length=1, max_length=_MAX_NAME_BYTES)]
    mode: Mode = 0o755


class MadeDirectory(Struct, frozen=True, kw_only=True):
    """Where it is, absolute."""

    path: str


class PathQuery(Struct, frozen=True, kw_only=True):
    """The query of `GET /v1/files/facts`."""

    path: FilePath


class Facts(Struct, frozen=True, kw_only=True):
    """What a path is, with its links resolved; `version` is None unless it is a plain file."""

    path: str
    type: FileType
    size_bytes: Size
    modified_at: Moment
    mode: Mode
    version: str | None


class PullHead(Struct, frozen=True, kw_only=True):
    """The query of `GET /v1/files/content`; the answer is this version's content from `offset` on, and its digest."""

    path: FilePath
    version: Version
    offset: Size = 0


class ListQuery(Struct, frozen=True, kw_only=True):
    """The query of `GET /v1/files`; `after` is `next` of the page before."""

    path: FilePath = "~"
    after: Annotated[str, Meta(pattern=r"^([0-9a-f]{2}){0,255}$")] = ""
    limit: Annotated[int, Meta(ge=1, le=MAX_PAGE_ENTRIES)] = MAX_PAGE_ENTRIES


class Entry(Struct, frozen=True, kw_only=True):
    """A name in a directory; what a link leads to is not looked at."""

    name: str
    type: FileType
    size_bytes: Size
    modified_at: Moment
    mode: Mode


class Listing(Struct, frozen=True, kw_only=True):
    """A page of a directory, by name; `next` is None on the last one."""

    path: str
    entries: list[Entry]
    next: str | None


def query(request: Request, kind: type[T]) -> T:
    """Return the query of a request as a value. Raises MalformedMessage."""
    try:
        return msgspec.convert(dict(request.query_params), kind, strict=False)
    except msgspec.ValidationError as error:
        raise MalformedMessage(str(error)) from error
