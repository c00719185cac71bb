"""What a machine is in the middle of when it is paired no more."""

import asyncio
from pathlib import Path

import pytest

from loopsy_daemon.lan import api, session_api, under_way
from loopsy_daemon.lan.errors import PeerRefused, PeerUnreachable
from loopsy_daemon.lan.peers import PeerStore
from tests.daemon.lan.rig import DEADLINE_SECONDS, paired


async def test_a_machine_that_is_unpaired_is_cut_off_and_its_command_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(under_way, "LOOK_SECONDS", 0.05)
    async with paired(tmp_path) as (machine, laptop), laptop.remote(machine) as remote, laptop.remote(machine) as other:
        here = await other.ask(
            "POST", "/v1/sessions/start", session_api.SessionState, session_api.StartSession(command=["cat"])
        )
        wait = session_api.ReadOutput(session=here.session.id, wait_seconds=30.0)
        waiting = asyncio.create_task(
            other.ask("POST", "/v1/sessions/output", session_api.OutputPiece, wait, patience_seconds=40)
        )
        running = remote.execute(api.Execute(command=["sh", "-c", "echo $$; exec sleep 60"]))
        assert isinstance(await anext(running), api.Started)
        printed = await anext(running)
        assert isinstance(printed, api.Output)

        PeerStore(tmp_path / "studio" / "lan" / "peers.json").remove(machine.peers.all()[0].node_id)

        async with asyncio.timeout(DEADLINE_SECONDS):
            with pytest.raises(PeerUnreachable):
                await anext(running)
            with pytest.raises(PeerRefused, match="does not know this one"):
                await waiting
            while Path(f"/proc/{int(printed.data)}").exists():
                await asyncio.sleep(0.01)
