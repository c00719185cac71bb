"""One client of the session server: its hello, and who answers what it says."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Final

from loopsy_daemon.errors import LoopsyError
from loopsy_daemon.relay.usage import DailyUsage
from loopsy_daemon.service.client_streams import ClientStreams
from loopsy_daemon.service.client_transfers import ClientTransfers
from loopsy_daemon.service.new_session_requests import NewSessionRequests
from loopsy_daemon.service.server import SessionServer
from loopsy_daemon.service.session_requests import SessionRequests
from loopsy_daemon.service.unbounded_sending import Transport, UnboundedSending
from loopsy_daemon.sessions.errors import NotPermitted, SessionError
from loopsy_daemon.wire import frames, messages
from loopsy_daemon.wire.channel import PROTOCOL_VERSION
from loopsy_daemon.wire.close_codes import CloseCode
from loopsy_daemon.wire.errors import MalformedMessage, ProtocolViolation, WireError

MAX_REQUESTS_UNDER_WAY: Final = 64
_log = logging.getLogger(__name__)


# Ends the pairing at the phone's wish; calls what it is given between the end of the key and that of the channel.
Leave = Callable[[Callable[[], None]], None]
LocalHandler = Callable[["ServedClient", messages.ClientMessage], Coroutine[None, None, messages.Message]]


class ServedClient:
    """State of one connection. `local` answers the requests that phones may not make; with `leave` a phone goes."""

    def __init__(
        self,
        server: SessionServer,
        transport: Transport,
        *,
        phone: messages.PhoneInfo | None = None,
        local: LocalHandler | None = None,
        leave: Leave | None = None,
        usage: DailyUsage | None = None,
    ) -> None:
        self._server = server
        self._transport = transport
        self._phone = phone
        self._local = local
        self._leave = leave
        self._usage = usage
        self._client: bytes | None = None
        self._unbounded = UnboundedSending(transport, far=local is None)
        self._streams = ClientStreams(server, transport, self._unbounded)
        self._sessions = SessionRequests(server, self._who, is_local=local is not None)
        self._transfers = ClientTransfers(server, transport, self._who, self.send)
        self._new_session = NewSessionRequests(server, self._who)
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
        self._streams.end()
        self._transfers.end()
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
            case frames.Input():
                self._require_hello()
                self._streams.receive_input(message)
            case frames.Blob():
                self._require_hello()
                self._transfers.receive(message)
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
                raise MalformedMessage("a client sends input, files and control")

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

    def _control(self, message: messages.ClientMessage) -> None:
        match message:
            case messages.Ack() | messages.Resize() | messages.Claim() | messages.Visible() | messages.Wear():
                self._streams.notice(message)
            case messages.TransferAck():
                self._transfers.acknowledge(message)
            case (
                messages.UploadStart() | messages.UploadFinish() | messages.DownloadStart() | messages.TransferCancel()
            ):
                self._transfers.request(message)
            case messages.Ping(id=request_id):
                self.send(messages.Pong(id=request_id))
            case messages.Hello():
                raise ProtocolViolation("a second hello")
            case _:
                self._request(message)

    def _request(self, message: messages.ClientMessage) -> None:
        if isinstance(message, messages.LOCAL_REQUESTS):
            if self._local is None:
                self._refuse(message, "not_permitted", "Only the laptop itself may ask this.")
            else:
                self._answer_later(message, self._local(self, message))
            return
        try:
            self._answer(message)
        except (LoopsyError, SessionError) as error:
            self._refuse_because(message, error)

    def _answer(self, message: messages.ClientMessage) -> None:
        match message:
            case messages.Attach():
                self._streams.attach(self._require_hello(), message)
            case messages.Detach(id=request_id, stream=stream):
                self._streams.detach(stream)
                self.send(messages.Ok(id=request_id))
            case messages.History():
                self.send(self._streams.history(message))
            case (
                messages.AgentsList()
                | messages.CommandsList()
                | messages.CommandsSave()
                | messages.CommandsRemove()
                | messages.CommandsMove()
            ):
                self.send(self._new_session.answer(message))
            case messages.Forget(id=request_id):
                if self._leave is None:
                    raise NotPermitted("Only a phone may end its own pairing.", "Use `loopsy phone revoke`.")
                self._leave(lambda: self.send(messages.Ok(id=request_id)))
            case messages.UsageAsk(id=request_id):
                self.send(self._used_today(request_id))
            case messages.PlacesList() | messages.DirectoriesList():
                self._answer_later(message, self._new_session.look(message))
            case _:
                self.send(self._sessions.answer(message))

    def _used_today(self, request_id: int) -> messages.UsageAnswer:
        if self._usage is None:
            raise NotPermitted("Only a phone may ask what is used of the relay.")
        today = self._usage.today
        return messages.UsageAnswer(
            id=request_id, since=today.since, messages=today.messages, connections=today.connections
        )

    def _answer_later(self, message: messages.ClientMessage, answer: Coroutine[None, None, messages.Message]) -> None:
        """Send what takes a while when it is there."""
        if len(self._requests) >= MAX_REQUESTS_UNDER_WAY:
            answer.close()
            raise ProtocolViolation("too many requests at once")
        request = asyncio.get_running_loop().create_task(self._wait(message, answer))
        self._requests.add(request)
        request.add_done_callback(self._requests.discard)

    async def _wait(self, message: messages.ClientMessage, answer: Awaitable[messages.Message]) -> None:
        try:
            self.send(await answer)
        except (LoopsyError, SessionError) as error:
            self._refuse_because(message, error)
        except Exception:  # noqa: BLE001 - a defect in one request must not leave the person waiting
            _log.exception("request %s failed", type(message).__name__)
            self._refuse(message, "internal", "The daemon failed to do this.", "Look into the log.")

    def _refuse_because(self, request: messages.ClientMessage, error: LoopsyError | SessionError) -> None:
        self._refuse(request, getattr(error, "code", None) or "failed", error.message, error.hint)

    def _refuse(self, request: messages.ClientMessage, code: str, message: str, hint: str | None = None) -> None:
        request_id: int | None = getattr(request, "id", None)
        self.send(messages.Error(id=request_id, code=code, message=message, hint=hint))
