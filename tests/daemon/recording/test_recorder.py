"""A session is recorded while it runs, whatever happens to the file."""

import asyncio
import os
import threading
from pathlib import Path

import pytest

from loopsy_daemon.recording import library, recorder
from loopsy_daemon.recording.asciicast import Event, Header
from loopsy_daemon.recording.file import RecordingFile
from loopsy_daemon.recording.recorder import Recorder
from loopsy_daemon.sessions.child import ExitStatus

HEADER = Header(cols=80, rows=24, timestamp=1_700_000_000, title="shell")
DEADLINE_SECONDS = 15.0


class Recorded:
    """A recorder with its file and its end."""

    def __init__(self, path: Path, max_bytes: int = 1 << 20) -> None:
        self.path = path
        self.ended = asyncio.Event()
        self.file = RecordingFile.create(path, HEADER, asyncio.get_running_loop().time(), max_bytes)
        self.recorder = Recorder(self.file, self.ended.set)

    async def events(self) -> list[tuple[str, str]]:
        async with asyncio.timeout(DEADLINE_SECONDS):
            await self.ended.wait()
        return [(event.code, event.data) for event in library.events(self.path)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.cast"


async def test_everything_is_there_in_order_when_the_program_has_ended(path: Path) -> None:
    recorded = Recorded(path)
    for part in (b"caf\xc3", b"\xa9 ", b"\xff\r\n"):
        recorded.recorder.output_received(part)
    recorded.recorder.resized(100, 40)
    recorded.recorder.output_received(b"wide")
    recorded.recorder.program_exited(ExitStatus(3, None))
    recorded.recorder.output_received(b"late")
    assert await recorded.events() == [
        ("o", "caf"), ("o", "é "), ("o", "\ufffd\r\n"), ("r", "100x40"), ("o", "wide"), ("x", "3"),
    ]  # fmt: skip


@pytest.mark.parametrize(("signal", "status"), [("KILL", "137"), ("HUP", "129"), ("35", "128")])
async def test_a_program_that_was_killed_has_the_status_of_a_shell(path: Path, signal: str, status: str) -> None:
    recorded = Recorded(path)
    recorded.recorder.program_exited(ExitStatus(None, signal))
    assert await recorded.events() == [("x", status)]


async def test_a_recording_is_on_disk_soon_while_the_program_goes_on(path: Path) -> None:
    recorded = Recorded(path)
    recorded.recorder.output_received(b"soon")
    async with asyncio.timeout(DEADLINE_SECONDS):
        while not list(library.events(path)):
            await asyncio.sleep(0.01)
    recorded.recorder.stop()
    assert await recorded.events() == [("o", "soon"), ("m", "end of recording")]


async def test_closing_writes_what_is_pending_without_an_end(path: Path) -> None:
    recorded = Recorded(path)
    recorded.recorder.output_received(b"pending")
    await recorded.recorder.close()
    assert recorded.ended.is_set()
    assert await recorded.events() == [("o", "pending")]


async def test_the_loop_never_waits_for_the_disk(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded, is_free = Recorded(path), threading.Event()
    write = recorded.file.write

    def slow(events: list[tuple[float, str, bytes]]) -> bool:
        is_free.wait(DEADLINE_SECONDS)
        return write(events)

    monkeypatch.setattr(recorded.file, "write", slow)
    for _ in range(3):
        recorded.recorder.output_received(b"x" * recorder.FLUSH_BYTES)
    recorded.recorder.program_exited(ExitStatus(0, None))
    is_free.set()
    assert [code for code, _ in await recorded.events()] == ["o", "o", "o", "x"]


async def test_a_disk_that_is_much_too_slow_ends_the_recording(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder, "MAX_PENDING_BYTES", 1_000)
    monkeypatch.setattr(recorder, "FLUSH_BYTES", 100)
    recorded, is_free = Recorded(path), threading.Event()
    write = recorded.file.write
    monkeypatch.setattr(recorded.file, "write", lambda events: is_free.wait(DEADLINE_SECONDS) and write(events))
    for _ in range(20):
        recorded.recorder.output_received(b"x" * 101)
    is_free.set()
    assert (await recorded.events())[-1] == ("m", "end of recording: the disk is too slow")


async def test_an_error_of_the_disk_ends_the_recording_alone(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded = Recorded(path)

    def fail(_events: object) -> bool:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(recorded.file, "write", fail)
    recorded.recorder.output_received(b"x" * (recorder.FLUSH_BYTES + 1))
    assert await recorded.events() == []


async def test_a_full_recording_ends_alone(path: Path) -> None:
    recorded = Recorded(path, max_bytes=2_000)
    recorded.recorder.output_received(b"x" * (recorder.FLUSH_BYTES + 1))
    (event,) = await recorded.events()
    assert event[1].startswith("end of recording: it may not be larger")
    recorded.recorder.output_received(b"late")
    assert Event(0.0, *event).is_end
