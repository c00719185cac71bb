"""One client of the session server: its hello, its requests, its streams."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from loopsy_daemon.errors import LoopsyError
from loopsy_daemon.service.server import SessionServer
from loopsy_daemon.service.session_list import encodable
from loopsy_daemon.service.stream_sink import StreamSink
from loopsy_daemon.service.unbounded_sending import Transport, UnboundedSending
from loopsy_daemon.sessions.errors import NoHistory, SessionError
from loopsy_daemon.sessions.viewer import Attachment
from loopsy_daemon.wire import frames, messages
from loopsy_daemon.wire.channel import PROTOCOL_VERSION
from loopsy_daemon.wire.close_codes import CloseCode
from loopsy_daemon.wire.errors import MalformedMessage, ProtocolViolation, WireError

MAX_STREAMS_PER_CLIENT: Final = 64
MAX_REQUESTS_UNDER_WAY: Final = 64
_log = logging.getLogger(__name__)


LocalHandler = Callable[["ServedClient", messages.ClientMessage], Awaitable[messages.Message]]


class ServedClient:
    """State of one connection. `local` answers the requests that phones may not make."""

    def __init__(
        self,
        server: SessionServer,
        transport: Transport,
        *,
        phone: messages.PhoneInfo | None = None,
        local: LocalHandler | None = None,
    ) -> None:
        self._server = server
        self._transport = transport
        self._phone = phone
        self._local = local
        self._client: bytes | None = None
        self._streams: dict[int, Attachment] = {}
        self._last_stream = 0
        self._unbounded = UnboundedSending(transport, far=local is None)
        self._requests: set[asyncio.Task[None]] = set()
        self._at_end: list[Callable[[], None]] = []

    def receive(self, message: bytes) -> None:
        """Take a layer 3 message; one that is not allowed ends the connection with 4010."""
        self._unbounded.heard()
        try:
            self._take(frames.decode_message(message))
        except WireError as error:
            _log.info("client %s: %s", self._who, error)
            self._transport.close(CloseCode.PROTOCOL_ERROR, "protocol error")
        except Exception:  # noqa: BLE001 - a defect that one client met must not cost all phones the link
            _log.exception("client %s: a message could not be handled", self._who)
            self._transport.close(CloseCode.NORMAL, "the daemon failed")

    def disconnected(self) -> None:
        """The connection is gone: its streams end, its sessions go on."""
        for request in list(self._requests):
            request.cancel()
        for attachment in list(self._streams.values()):
            attachment.detach()
        self._streams.clear()
        for end in self._at_end:
            end()
        self._at_end.clear()

    def send(self, message: messages.Message) -> None:
        """Send a control message."""
        self._unbounded.send(frames.encode_control(messages.encode(message)))

    def at_end(self, end: Callable[[], None]) -> None:
        """Call this when the connection is gone."""
        self._at_end.append(end)

    @property
    def _who(self) -> str:
        return self._phone.phone_id if self._phone else "local"

    def _take(self, message: frames.Control | frames.StreamMessage) -> None:
        match message:
            case frames.Input(stream, offset, data):
                self._require_hello()
                attachment = self._stream(stream)
                if attachment:
                    attachment.receive_input(offset, data)
            case frames.Control(body):
                control = messages.decode_client_message(body)
                if control is None:
                    _log.info("client %s: a message that this version does not know", self._who)
                elif isinstance(control, messages.Hello):
                    self._hello(control)
                else:
                    self._require_hello()
                    self._control(control)
            case _:
                raise MalformedMessage("a client sends input and control")

    def _hello(self, hello: messages.Hello) -> None:
        if self._client is not None:
            self.send(messages.Error(code="bad_request", message="Hello was said already."))
            raise ProtocolViolation("a second hello")
        if PROTOCOL_VERSION not in hello.versions:
            self.send(
                messages.Error(
                    code="unsupported_version",
                    message=f"This daemon speaks version {PROTOCOL_VERSION}.",
                    hint="Update Loopsy on both sides.",
                )
            )
            raise ProtocolViolation("no common version")
        # a phone's id is part of the name: no phone can pass for another by its client id
        self._client = self._who.encode() + b"/" + hello.client
        self.send(
            messages.Welcome(
                version=PROTOCOL_VERSION,
                daemon=self._server.daemon_info,
                agents=self._server.registry.agents.infos(),
                sessions=self._server.session_infos(),
                limits=messages.ChannelLimits(),
                phone=self._phone,
            )
        )
        self.at_end(self._server.join(self._unbounded.send))

    def _require_hello(self) -> bytes:
        if self._client is None:
            self.send(messages.Error(code="bad_request", message="Say hello first."))
            raise ProtocolViolation("a request before hello")
        return self._client

    def _stream(self, number: int) -> Attachment | None:
        """Return a stream, or None for one that has ended; messages to it may be under way."""
        if not 1 <= number <= self._last_stream:
            raise ProtocolViolation("an unknown stream")
        return self._streams.get(number)

    def _control(self, message: messages.ClientMessage) -> None:
        match message:
            case messages.Ack(stream=stream, offset=offset):
                if attachment := self._stream(stream):
                    attachment.acknowledge(offset)
            case messages.Resize(stream=stream, cols=cols, rows=rows):
                if attachment := self._stream(stream):
                    attachment.resize(cols, rows)
            case messages.Claim(stream=stream, cols=cols, rows=rows):
                if attachment := self._stream(stream):
                    attachment.claim(cols, rows)
            case messages.Visible(stream=stream, visible=visible):
                if attachment := self._stream(stream):
                    attachment.show(visible)
            case messages.Wear(stream=stream, colours=colours):
                if attachment := self._stream(stream):
                    attachment.wear(colours)
            case messages.Ping(id=request_id):
                self.send(messages.Pong(id=request_id))
            case messages.Hello():
                raise ProtocolViolation("a second hello")
            case _:
                self._request(message)

    def _request(self, message: messages.ClientMessage) -> None:
        if isinstance(message, messages.LOCAL_REQUESTS):
            local = self._local
            if local is None:
                self._refuse(message, "not_permitted", "Only the laptop itself may ask this.")
                return
            if len(self._requests) >= MAX_REQUESTS_UNDER_WAY:
                raise ProtocolViolation("too many requests at once")
            request = asyncio.get_running_loop().create_task(self._answer_local(local, message))
            self._requests.add(request)
            request.add_done_callback(self._requests.discard)
            return
        try:
            self._session_request(message)
        except SessionError as error:
            self._refuse(message, error.code, error.message, error.hint)

    def _session_request(self, message: messages.ClientMessage) -> None:
        registry = self._server.registry
        match message:
            case messages.List(id=request_id):
                self.send(messages.Sessions(id=request_id, sessions=self._server.session_infos()))
                return
            case messages.Open():
                self._open(message)
                return
            case messages.Attach():
                self._attach(message)
                return
            case messages.History(id=request_id, stream=stream):
                if (attachment := self._stream(stream)) is None:
                    raise NoHistory
                piece = attachment.history()
                self.send(messages.Scrollback(id=request_id, data=piece.data, oldest=piece.is_oldest))
                return
            case messages.Detach(stream=stream):
                if attachment := self._stream(stream):
                    del self._streams[stream]
                    attachment.detach()
            case messages.Rename(session=session, name=name):
                registry.rename(session, name)
            case messages.Signal(session=session, signal=signal):
                registry.signal(session, signal)
            case messages.Kill(session=session):
                registry.kill(session)
            case messages.Dismiss(session=session):
                registry.dismiss(session)
            case _:
                raise ProtocolViolation("no request")
        self.send(messages.Ok(id=message.id))

    def _open(self, request: messages.Open) -> None:
        if request.command is not None and self._local is None:
            self._refuse(request, "not_permitted", "A phone names an agent; only the laptop may give a command.")
            return
        session = self._server.registry.open(
            agent=request.agent,
            cols=request.cols,
            rows=request.rows,
            name=request.name,
            cwd=request.cwd,
            command=request.command,
        )
        info = encodable(session.info())
        self._server.events.happened(
            "session.opened", {"session": info.id, "name": info.name, "agent": info.agent, "by": self._who}
        )
        self.send(messages.Opened(id=request.id, session=info))

    def _attach(self, request: messages.Attach) -> None:
        client = self._require_hello()
        session = self._server.registry.get(request.session)
        if len(self._streams) >= MAX_STREAMS_PER_CLIENT:
            self._refuse(request, "bad_request", f"One client follows at most {MAX_STREAMS_PER_CLIENT} sessions.")
            return
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
        self._streams[stream] = attachment
        snapshot = attachment.snapshot
        self.send(
            messages.Attached(
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
        )
        for chunk in frames.encode_snapshot_chunks(stream, snapshot.data if snapshot else b""):
            self._transport.send(chunk)
        attachment.start()

    async def _answer_local(self, local: LocalHandler, message: messages.ClientMessage) -> None:
        try:
            self.send(await local(self, message))
        except (LoopsyError, SessionError) as error:
            self._refuse(message, getattr(error, "code", None) or "failed", error.message, error.hint)
        except Exception:  # noqa: BLE001 - a defect in one request must not leave the person waiting
            _log.exception("request %s failed", type(message).__name__)
            self._refuse(message, "internal", "The daemon failed to do this.", "Look into the log.")

    def _refuse(self, request: messages.ClientMessage, code: str, message: str, hint: str | None = None) -> None:
        request_id: int | None = getattr(request, "id", None)
        self.send(messages.Error(id=request_id, code=code, message=message, hint=hint))
