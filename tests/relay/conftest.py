"""One relay for all tests of a module; they share it, each with devices of its own."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.support.relay import RelayUnderTest, running_relay


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def relay(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RelayUnderTest]:
    """A running relay without rate limits."""
    async with running_relay(tmp_path_factory.mktemp("relay"), allowed_origins=["https://app.example"]) as running:
        yield running
        assert running.local.log_path.read_text(encoding="utf-8") == "", "workerd had something to complain about"
