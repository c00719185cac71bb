"""The machines that commands and tools can turn to by name: paired peers, and this one."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cached_property

from loopsy_daemon import config
from loopsy_daemon.errors import ConnectionLost
from loopsy_daemon.lan import api, session_api
from loopsy_daemon.lan.peer_keys import PeerKeys
from loopsy_daemon.lan.peers import Peer, PeerStore
from loopsy_daemon.lan.remote import Remote
from loopsy_daemon.lan.remote_sessions import A, SessionsOn, sessions_of
from loopsy_daemon.paths import Paths
from loopsy_daemon.service.client import DaemonClient
from loopsy_daemon.wire import messages


class Machines:
    """The machines of a home. A peer is named by its name, its id, or the beginning of the id."""

    def __init__(self, paths: Paths) -> None:
        self.paths = paths
        self.peers = PeerStore(paths.peers)

    @cached_property
    def keys(self) -> PeerKeys:
        """The keys for the peers. Raises LoopsyError without a place for secrets that we trust."""
        return PeerKeys.of(self.paths, config.load(self.paths.config))

    def remote(self, peer: str | Peer) -> Remote:
        """Return a peer as this machine reaches it, a context. Raises LoopsyError."""
        found = self.peers.find(peer) if isinstance(peer, str) else peer
        return Remote(found.name, found.certificate, found.addresses, self.keys.get(found.node_id))

    @asynccontextmanager
    async def sessions(self, machine: str) -> AsyncIterator[SessionsOn]:
        """Give the sessions of a peer, or of this machine, which is called `local`. Raises LoopsyError."""
        if machine.casefold() == session_api.LOCAL:
            async with await DaemonClient.connect(self.paths.socket) as client:
                yield _own_sessions(client)
        else:
            async with self.remote(machine) as remote:
                yield sessions_of(remote)


def _own_sessions(client: DaemonClient) -> SessionsOn:
    async def ask(verb: str, request: session_api.SessionRequest, kind: type[A], patience_seconds: float) -> A:
        del patience_seconds  # the daemon of this machine is there, or its socket is closed
        if isinstance(request, session_api.ListSessions):  # this list always fits into a message
            found = await client.request(messages.List(id=client.next_id()))
            assert isinstance(found, messages.Sessions)
            states = [
                session_api.SessionState(session=info, mine=info.started_by == session_api.LOCAL)
                for info in found.sessions
            ]
            body = api.encode(session_api.SessionStates(sessions=states))
        else:
            asked = messages.SessionsAsk(id=client.next_id(), verb=verb, body=api.encode(request))
            answer = await client.request(asked)
            if not isinstance(answer, messages.SessionsAnswer):
                raise ConnectionLost(
                    "The daemon gave an answer that this version does not understand.", "loopsy restart"
                )
            body = answer.body
        return api.decode(body, kind)

    return SessionsOn(session_api.LOCAL, ask)
