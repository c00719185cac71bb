"""Sessions that are closed when a test ends."""

from collections.abc import AsyncIterator

import pytest

from loopsy_daemon.sessions.session import Session
from tests.daemon.sessions.programs import Opener, open_session


@pytest.fixture
async def opened() -> AsyncIterator[Opener]:
    """Give what opens a session."""
    sessions: list[Session] = []

    def start(argv: list[str] | str) -> Session:
        sessions.append(open_session(argv))
        return sessions[-1]

    yield start
    for session in sessions:
        session.close()
