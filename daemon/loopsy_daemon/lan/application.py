"""The versioned HTTP API that peers see: its routes, behind admission."""

import logging
import sys
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Protocol

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from loopsy_daemon import __version__
from loopsy_daemon.errors import LoopsyError
from loopsy_daemon.lan import api
from loopsy_daemon.lan.admission import Admission, answer, known, read_body, refuse, remote_host
from loopsy_daemon.lan.audit import AuditLog
from loopsy_daemon.lan.errors import PeerRefused
from loopsy_daemon.lan.execution import Executions
from loopsy_daemon.lan.identity import Identity
from loopsy_daemon.lan.pairing_desk import PairingDesk
from loopsy_daemon.lan.peers import Peer, PeerStore
from loopsy_daemon.transfer.errors import TransferError
from loopsy_daemon.wire.errors import MalformedMessage

_log = logging.getLogger(__name__)
Handler = Callable[[Request], Awaitable[Response]]


class Capability(Protocol):
    """What peers may ask of this machine, in a module of its own."""

    def routes(self) -> Iterable[tuple[str, str, Handler]]:
        """Return method, path and handler of each request; a handler may raise LoopsyError and MalformedMessage."""


class PeerRoutes:
    """Answers peers; `forgotten` is called when a peer has unpaired itself."""

    def __init__(
        self,
        *,
        identity: Identity,
        name: str,
        peers: PeerStore,
        desk: PairingDesk,
        executions: Executions,
        capabilities: Sequence[Capability],
        forgotten: Callable[[Peer], None],
    ) -> None:
        self._identity = identity
        self._name = name
        self._peers = peers
        self._desk = desk
        self._executions = executions
        self._capabilities = capabilities
        self._forgotten = forgotten

    def behind_admission(self, log: AuditLog) -> ASGIApp:
        """Return the application."""
        routes = [
            Route("/v1/health", _guarded(self._health), methods=["GET"]),
            Route("/v1/execute", _guarded(self._executions.execute), methods=["POST"]),
            Route("/v1/execute/{job}", _guarded(self._executions.cancel), methods=["DELETE"]),
            Route("/v1/peer", _guarded(self._forget), methods=["DELETE"]),
            Route("/v1/pair/commit", _guarded(self._commit), methods=["POST"]),
            Route("/v1/pair/reveal", _guarded(self._reveal), methods=["POST"]),
            Route("/v1/pair/confirm", _guarded(self._confirm), methods=["POST"]),
            Route("/v1/pair/withdraw", _guarded(self._withdraw), methods=["POST"]),
            *(
                Route(path, _guarded(handler), methods=[method])
                for capability in self._capabilities
                for method, path, handler in capability.routes()
            ),
        ]
        return Admission(Starlette(routes=routes, exception_handlers={HTTPException: _unknown}), self._peers, log)

    async def _health(self, request: Request) -> Response:
        return answer(
            api.Health(
                node_id=self._identity.node_id,
                name=self._name,
                version=__version__,
                platform=sys.platform,
                permissions=list[str](known(request).permissions),
            )
        )

    async def _forget(self, request: Request) -> Response:
        peer = known(request)
        self._peers.remove(peer.node_id)
        self._forgotten(peer)
        return answer({})

    async def _commit(self, request: Request) -> Response:
        said = await _pairing_body(request, api.Commit)
        pairing, hello = self._desk.commit(said.commitment)
        return answer(api.Committed(pairing=pairing, hello=hello))

    async def _reveal(self, request: Request) -> Response:
        said = await _pairing_body(request, api.Reveal)
        self._desk.reveal(said.pairing, said.hello, remote_host(request))
        return answer({})

    async def _confirm(self, request: Request) -> Response:
        said = await _pairing_body(request, api.Confirm)
        return answer(api.Confirmed(sealed=await self._desk.confirm(said.pairing, said.sealed)))

    async def _withdraw(self, request: Request) -> Response:
        self._desk.withdraw((await _pairing_body(request, api.Withdraw)).pairing)
        return answer({})


async def _unknown(_request: Request, error: Exception) -> Response:
    """Refuse what is no route, or not with this method, in the words of all refusals."""
    assert isinstance(error, HTTPException)
    problem = api.Problem(code="not_found", message="That machine knows no such request.", hint="update the older one")
    return answer(problem, error.status_code)


async def _pairing_body(request: Request, kind: type[api.T]) -> api.T:
    return api.decode(await read_body(request, api.MAX_PAIRING_BODY_BYTES), kind)


def _guarded(handler: Handler) -> Handler:
    """Turn what a handler raises into a refusal; what was not foreseen is told to the log, and to nobody else."""

    async def guarded(request: Request) -> Response:
        try:
            return await handler(request)
        except PeerRefused as refusal:
            return refuse(refusal)
        except TransferError as error:
            return refuse(PeerRefused(error.code, error.message, error.hint))
        except MalformedMessage:
            return refuse(PeerRefused("bad_request", "That is no such request."))
        except ClientDisconnect:  # nobody reads this, but the audit log has it
            return refuse(PeerRefused("cut", "The connection was lost."))
        except LoopsyError as error:
            _log.error("%s", error)
            return refuse(PeerRefused("unavailable", "The other machine could not do that.", "look into its log"))
        except Exception:  # noqa: BLE001 - the outermost place: a defect here is told to the log, not to the peer
            _log.exception("%s failed", request.url.path)
            return refuse(PeerRefused("internal", "The other machine failed to do that.", "look into its log"))

    return guarded
