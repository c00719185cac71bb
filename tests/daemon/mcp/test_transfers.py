"""A transfer that was cut: the client's log tells that it goes on, and where."""

import re
from pathlib import Path

import msgspec
import pytest
from mcp import ClientSession
from mcp.client._memory import InMemoryTransport

from loopsy_daemon.lan import remote_files
from loopsy_daemon.mcp.server import make_server
from loopsy_daemon.service.machines import Machines
from tests.daemon.lan.file_pair import CONTENT, file_pair, written
from tests.daemon.lan.test_transfer_cuts import BEFORE_CONTENT, NEVER
from tests.support.mcp_listener import Listener


@pytest.mark.thorough
@pytest.mark.filterwarnings("ignore::mcp.shared.exceptions.MCPDeprecationWarning")
async def test_that_a_transfer_goes_on_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote_files, "PAUSE_SECONDS", 0.05)
    monkeypatch.setattr(remote_files, "CUT_TRIES", 1)
    listener = Listener()
    async with file_pair(tmp_path) as pair, pair.through_a_proxy() as (_, proxy):
        peers = pair.laptop.peers
        peers.put(msgspec.structs.replace(peers.all()[0], addresses=(proxy.url.removeprefix("http://"),)))
        transport = InMemoryTransport(make_server(Machines(pair.laptop.paths)))
        async with transport as (reading, writing), ClientSession(reading, writing, **listener.callbacks) as session:
            await session.initialize()
            await session.set_logging_level("notice")
            listener.lines.clear()  # that this machine has no daemon
            wanted = {"peer": "studio", "direction": "push", "destination": str(pair.there)}
            wanted["source"] = str(written(pair.here / "data"))

            proxy.cuts = [*BEFORE_CONTENT, 1_500_000]
            assert (await session.call_tool("loopsy_transfer_file", wanted)).is_error
            assert not listener.lines
            monkeypatch.setattr(remote_files, "CUT_TRIES", 5)
            proxy.cuts = [*BEFORE_CONTENT, 1_000_000, NEVER]
            assert not (await session.call_tool("loopsy_transfer_file", wanted)).is_error
            await listener.until(lambda: len(listener.lines) == 2)

    assert (pair.there / "data").read_bytes() == CONTENT
    goes_on, was_cut = listener.lines
    assert goes_on[0] == "notice"
    assert re.fullmatch(r"The transfer with studio goes on at byte \d+\.", goes_on[1])
    assert was_cut[0] == "warning"
    assert re.fullmatch(r"The transfer with studio was interrupted; it goes on at byte \d+\.", was_cut[1])
