"""A relay on workerd and a daemon process that is connected to it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.daemon import Daemon, running_daemon
from tests.support.relay import RelayUnderTest, running_relay


@pytest.fixture
async def relay(tmp_path: Path) -> AsyncIterator[RelayUnderTest]:
    async with running_relay(tmp_path / "relay") as running:
        yield running


@pytest.fixture
async def daemon(relay: RelayUnderTest, home: Path) -> AsyncIterator[Daemon]:
    device = await relay.register()
    async with running_daemon(home, relay.url, device.device_id, device.device_secret) as running:
        yield running
