"""What a session sends on one stream, as layer 3 messages."""

from collections.abc import Callable

from loopsy_daemon.sessions.sink import Snapshot
from loopsy_daemon.wire import frames, messages
from loopsy_daemon.wire.turns import Turns


class StreamSink:
    """The way of one attachment to its client; called on the event loop, never blocks."""

    def __init__(self, stream: int, session: str, send: Callable[[bytes], None], turns: Turns) -> None:
        self.turns = turns
        self._stream = stream
        self._session = session
        self._send = send

    def send_output(self, offset: int, data: bytes) -> None:
        """Send output."""
        self._send(frames.encode_output(self._stream, offset, data))

    def send_snapshot(self, snapshot: Snapshot) -> None:
        """Skip forward."""
        self._control(
            messages.Snapshot(
                stream=self._stream,
                base=snapshot.base,
                bytes=len(snapshot.data),
                cols=snapshot.cols,
                rows=snapshot.rows,
            )
        )
        for chunk in frames.encode_snapshot_chunks(self._stream, snapshot.data):
            self._send(chunk)

    def send_resized(self, offset: int, cols: int, rows: int, leader: bool) -> None:
        """Say which size output has from `offset` on."""
        self._control(messages.Resized(stream=self._stream, offset=offset, cols=cols, rows=rows, leader=leader))

    def send_input_ack(self, offset: int) -> None:
        """Say how much input the program's terminal took."""
        self._control(messages.InputAck(stream=self._stream, offset=offset))

    def send_exit(self, offset: int, code: int | None, signal: str | None) -> None:
        """Say that the program ended."""
        self._control(
            messages.Exit(stream=self._stream, session=self._session, offset=offset, code=code, signal=signal)
        )

    def _control(self, message: messages.Message) -> None:
        self._send(frames.encode_control(messages.encode(message)))
