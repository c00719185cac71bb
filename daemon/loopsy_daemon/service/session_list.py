"""The list of sessions as it is sent: whatever programs call themselves, it fits into one message."""

from collections.abc import Sequence
from typing import Final

import msgspec

from loopsy_daemon.wire import limits, messages

# What a message has beside the list: in `welcome` the daemon, its agents, the phone.
_OTHER_FIELDS_BYTES: Final = 8_192
MAX_LIST_BYTES: Final = limits.MAX_PLAINTEXT_BYTES - _OTHER_FIELDS_BYTES


def sendable(infos: Sequence[messages.SessionInfo]) -> list[messages.SessionInfo]:
    """Return the sessions with texts that are UTF-8 and, if all of it would not fit, without the least needed ones."""
    listed = [encodable(info) for info in infos]
    for shorten in (_without_previews, _without_titles, _with_short_directories):
        if len(msgspec.msgpack.encode(listed)) <= MAX_LIST_BYTES:
            break
        listed = [shorten(info) for info in listed]
    return listed


def encodable(info: messages.SessionInfo) -> messages.SessionInfo:
    """Return the session with a directory that can be sent: on disk a name is any bytes."""
    try:
        info.cwd.encode()
    except UnicodeEncodeError:
        return msgspec.structs.replace(info, cwd=info.cwd.encode(errors="replace").decode())
    return info


def _without_previews(info: messages.SessionInfo) -> messages.SessionInfo:
    return msgspec.structs.replace(info, preview="")


def _without_titles(info: messages.SessionInfo) -> messages.SessionInfo:
    return msgspec.structs.replace(info, title="")


def _with_short_directories(info: messages.SessionInfo) -> messages.SessionInfo:
    end = info.cwd.encode()[-limits.MAX_PREVIEW_CHARACTERS :].decode(errors="ignore")
    return info if end == info.cwd else msgspec.structs.replace(info, cwd=f"…{end}")
