"""Typing into sessions for somebody who is not attached: texts and keys, in bounded queues."""

import asyncio
import weakref
from typing import Final

from loopsy_daemon.lan import session_api
from loopsy_daemon.lan.errors import PeerRefused
from loopsy_daemon.sessions.errors import SessionError
from loopsy_daemon.sessions.named_keys import key_bytes
from loopsy_daemon.sessions.session import Session

MAX_UNTAKEN_BYTES: Final = 65_536
# Programs take what comes in one piece for pasted text: keys come after a moment.
_MOMENT_SECONDS: Final = 0.1
_PASTE: Final = (b"\x1b[200~", b"\x1b[201~")


class SessionInput:
    """Types; a program that does not read what is typed is given no more than it may leave."""

    def __init__(self) -> None:
        self._untaken_bytes: weakref.WeakKeyDictionary[Session, int] = weakref.WeakKeyDictionary()

    async def type_in(self, session: Session, request: session_api.TypeInto) -> None:
        """Type the text, then the keys. Raises PeerRefused or SessionError; of a key that is not known nothing."""
        for key in request.keys:
            key_bytes(key)
        text = _typed(request.text, is_bracketed=request.paste and session.screen.has_bracketed_paste)
        self._give(session, text)
        if text and request.keys:
            await asyncio.sleep(_MOMENT_SECONDS)
        if request.keys:
            is_application = session.screen.has_application_cursor
            self._give(session, b"".join(key_bytes(key, application_cursor=is_application) for key in request.keys))

    def _give(self, session: Session, data: bytes) -> None:
        untaken = self._untaken_bytes.get(session, 0)
        if untaken + len(data) > MAX_UNTAKEN_BYTES:
            raise PeerRefused("busy", f"{session.name} does not read what is typed.", "wait, or stop it")

        def taken(count_bytes: int) -> None:
            self._untaken_bytes[session] -= count_bytes

        self._untaken_bytes[session] = untaken + len(data)
        try:
            session.type_in(data, taken)
        except SessionError:
            taken(len(data))
            raise


def _typed(text: str, *, is_bracketed: bool) -> bytes:
    """Return what a terminal sends for a text: its line ends are the Enter key's."""
    data = text.replace("\r\n", "\r").replace("\n", "\r").encode(errors="replace")
    if not is_bracketed or not data:
        return data
    begin, end = _PASTE
    return begin + data.replace(end, b"") + end
