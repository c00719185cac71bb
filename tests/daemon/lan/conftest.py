"""What holds for all tests of the network between machines: a busy one is not taken for one that is away."""

import pytest

from loopsy_daemon.lan import remote
from tests.daemon.lan.rig import DEADLINE_SECONDS


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have time for connecting, which here is done by the process that must also answer."""
    monkeypatch.setattr(remote, "CONNECT_SECONDS", DEADLINE_SECONDS)
