from pathlib import Path

import pytest

from loopsy_daemon.wire import limits
from tests.daemon.relay.rig import Rig


@pytest.fixture
async def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "BACKOFF_BASE_SECONDS", 0.01)
