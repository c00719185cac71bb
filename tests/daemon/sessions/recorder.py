"""A sink that keeps what it is sent, and checks the order of it, for tests of sessions."""

import asyncio
from collections.abc import Callable

from loopsy_daemon.sessions.session import Session
from loopsy_daemon.sessions.sink import Snapshot
from loopsy_daemon.sessions.viewer import Attachment
from loopsy_daemon.wire.turns import Turns

DEADLINE_SECONDS = 20.0


class Recorder:
    """One client: acknowledges at once if told so, and lets a test wait until something is true."""

    def __init__(self, *, acknowledges: bool = True, keeps_output: bool = True) -> None:
        self.acknowledges = acknowledges
        self.keeps_output = keeps_output
        self.output = bytearray()
        self.position = 0
        self.messages: list[int] = []
        self.snapshots: list[Snapshot] = []
        self.resized: list[tuple[int, int, int, bool]] = []
        self.input_acks: list[int] = []
        self.exit: tuple[int, int | None, str | None] | None = None
        self.turns = Turns()
        self.attachment: Attachment | None = None
        self.is_cut = False
        self._changed = asyncio.Event()

    def send_output(self, offset: int, data: bytes) -> None:
        assert not self.is_cut
        assert self.exit is None
        assert offset == self.position
        assert 0 < len(data) <= 65_000
        if self.keeps_output:
            self.output += data
        self.position += len(data)
        self.messages.append(len(data))
        if self.acknowledges and self.attachment is not None:
            self.attachment.acknowledge(self.position)
        self._changed.set()

    def send_snapshot(self, snapshot: Snapshot) -> None:
        assert not self.is_cut
        self.snapshots.append(snapshot)
        self.position = snapshot.base
        self._changed.set()

    def send_resized(self, offset: int, cols: int, rows: int, leader: bool) -> None:
        assert not self.is_cut
        assert offset == self.position
        self.resized.append((offset, cols, rows, leader))
        self._changed.set()

    def send_input_ack(self, offset: int) -> None:
        assert not self.is_cut
        self.input_acks.append(offset)
        self._changed.set()

    def send_exit(self, offset: int, code: int | None, signal: str | None) -> None:
        assert not self.is_cut
        assert offset == self.position
        self.exit = (offset, code, signal)
        self._changed.set()

    def attach(
        self,
        session: Session,
        client: bytes = b"client-of-a-test",
        *,
        cols: int = 80,
        rows: int = 24,
        have: int | None = None,
        lossless: bool = True,
        is_visible: bool = True,
        colours: bytes | None = None,
    ) -> Attachment:
        """Attach and start; output so far is what the snapshot says."""
        self.attachment = session.attach(
            client=client,
            cols=cols,
            rows=rows,
            have=have,
            lossless=lossless,
            sink=self,
            is_visible=is_visible,
            colours=colours,
        )
        if self.attachment.snapshot is not None:
            self.snapshots.append(self.attachment.snapshot)
        self.position = self.attachment.base
        self.attachment.start()
        return self.attachment

    def cut(self) -> None:
        """Lose the connection: nothing arrives from now on."""
        assert self.attachment is not None
        self.is_cut = True
        self.attachment.detach()

    async def until(self, is_true: Callable[[], bool]) -> None:
        """Wait until `is_true` after something was received."""
        async with asyncio.timeout(DEADLINE_SECONDS):
            while not is_true():
                self._changed.clear()
                await self._changed.wait()

    async def until_output(self, wanted: bytes) -> None:
        """Wait until the output contains `wanted`."""
        await self.until(lambda: wanted in self.output)

    async def until_exit(self) -> tuple[int, int | None, str | None]:
        """Wait for the exit and return it."""
        await self.until(lambda: self.exit is not None)
        assert self.exit is not None
        return self.exit
