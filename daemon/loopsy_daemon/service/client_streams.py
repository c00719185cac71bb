"""The streams of one client: attached, followed, left; what is said about each finds its attachment."""

from typing import Final

from loopsy_daemon.service.server import SessionServer
from loopsy_daemon.service.session_list import encodable
from loopsy_daemon.service.stream_sink import StreamSink
from loopsy_daemon.service.unbounded_sending import Transport, UnboundedSending
from loopsy_daemon.sessions.errors import BadRequest, NoHistory
from loopsy_daemon.sessions.viewer import Attachment
from loopsy_daemon.wire import frames, messages
from loopsy_daemon.wire.errors import ProtocolViolation

MAX_STREAMS_PER_CLIENT: Final = 64
StreamNotice = messages.Ack | messages.Resize | messages.Claim | messages.Visible | messages.Wear


class ClientStreams:
    """Numbers them from 1; a number is not used again on this connection."""

    def __init__(self, server: SessionServer, transport: Transport, unbounded: UnboundedSending) -> None:
        self._server = server
        self._transport = transport
        self._unbounded = unbounded
        self._attachments: dict[int, Attachment] = {}
        self._last_stream = 0

    def attach(self, client: bytes, request: messages.Attach) -> None:
        """Follow a session: say where the stream begins, send the snapshot, then the output. Raises SessionError."""
        session = self._server.registry.get(request.session)
        # Those of sessions that were forgotten: nothing comes from them any more.
        self._attachments = {number: kept for number, kept in self._attachments.items() if not kept.is_detached}
        if len(self._attachments) >= MAX_STREAMS_PER_CLIENT:
            raise BadRequest(
                f"One client follows at most {MAX_STREAMS_PER_CLIENT} sessions.", "Leave one of them first."
            )
        stream = self._last_stream + 1
        attachment = session.attach(
            client=client,
            cols=request.cols,
            rows=request.rows,
            have=request.have,
            lossless=request.lossless,
            is_visible=request.visible,
            colours=request.colours,
            sink=StreamSink(stream, request.session, self._transport.send, self._transport.turns),
        )
        self._last_stream = stream
        self._attachments[stream] = attachment
        snapshot = attachment.snapshot
        attached = messages.Attached(
            id=request.id,
            stream=stream,
            session=encodable(session.info()),
            base=attachment.base,
            snapshot=len(snapshot.data) if snapshot else None,
            input_seen=attachment.input_seen,
            cols=attachment.cols,
            rows=attachment.rows,
            leader=attachment.leader,
        )
        self._unbounded.send(frames.encode_control(messages.encode(attached)))
        for chunk in frames.encode_snapshot_chunks(stream, snapshot.data if snapshot else b""):
            self._transport.send(chunk)
        attachment.start()

    def detach(self, stream: int) -> None:
        """Stop following."""
        if attachment := self._attachment(stream):
            del self._attachments[stream]
            attachment.detach()

    def history(self, request: messages.History) -> messages.Scrollback:
        """Return the scrollback above what the client has. Raises NoHistory."""
        if (attachment := self._attachment(request.stream)) is None:
            raise NoHistory
        piece = attachment.history()
        return messages.Scrollback(id=request.id, data=piece.data, oldest=piece.is_oldest)

    def receive_input(self, message: frames.Input) -> None:
        """Take what was typed."""
        if attachment := self._attachment(message.stream):
            attachment.receive_input(message.offset, message.data)

    def notice(self, message: StreamNotice) -> None:
        """Take what needs no answer."""
        attachment = self._attachment(message.stream)
        if attachment is None:
            return
        match message:
            case messages.Ack(offset=offset):
                attachment.acknowledge(offset)
            case messages.Resize(cols=cols, rows=rows):
                attachment.resize(cols, rows)
            case messages.Claim(cols=cols, rows=rows):
                attachment.claim(cols, rows)
            case messages.Visible(visible=visible):
                attachment.show(visible)
            case messages.Wear(colours=colours):
                attachment.wear(colours)

    def end(self) -> None:
        """The connection is gone: the streams end, the sessions go on."""
        for attachment in list(self._attachments.values()):
            attachment.detach()
        self._attachments.clear()

    def _attachment(self, stream: int) -> Attachment | None:
        """Return a stream's, or None for one that has ended; messages to it may be under way."""
        if not 1 <= stream <= self._last_stream:
            raise ProtocolViolation("an unknown stream")
        return self._attachments.get(stream)
