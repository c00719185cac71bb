"""Questions to the person: asked of a client that can, answered by a person, and else the same failure as ever."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from mcp import Client, ClientSession
from mcp.client._memory import InMemoryTransport
from mcp_types import ElicitResult, TextContent

from loopsy_daemon.lan.peers import Peer, PeerStore, key_hash
from loopsy_daemon.mcp.server import make_server
from loopsy_daemon.paths import Paths
from loopsy_daemon.service.machines import Machines
from tests.support.mcp_listener import Listener

UNKNOWN = "No peer is called 'stduio'. → see who is paired: loopsy peers"
# With this machine's daemon away, a message to a peer that was found fails so.
FOUND = "The daemon is not running. → loopsy start"


@asynccontextmanager
async def client(home: Path, listener: Listener | None) -> AsyncIterator[ClientSession]:
    """Give a client of a server whose home has three peers, two of them of the same name."""
    paths = Paths.of(home)
    store = PeerStore(paths.peers)
    for letter, name in (("a", "studio"), ("b", "attic"), ("c", "attic")):
        store.put(Peer(node_id=letter * 26, name=name, certificate=b"none", key_hash=key_hash(letter), paired_at=0.0))
    transport = InMemoryTransport(make_server(Machines(paths)))
    callbacks = listener.callbacks if listener else {}
    async with transport as (reading, writing), ClientSession(reading, writing, **callbacks) as session:
        await session.initialize()
        yield session


async def send(session: ClientSession | Client, peer: str) -> str:
    """Return how a message to a peer fails."""
    found = await session.call_tool("loopsy_send_message", {"peer": peer, "body": "hello"})
    assert found.is_error
    assert isinstance(found.content[0], TextContent)
    return found.content[0].text.removeprefix("Error executing tool loopsy_send_message: ")


async def test_a_name_that_is_nobodys_is_a_question_with_the_machines_to_choose_from(tmp_path: Path) -> None:
    listener = Listener()
    async with client(tmp_path, listener) as session:
        listener.says(answer="studio")
        assert await send(session, "stduio") == FOUND
        (question,) = listener.questions
        assert question.message == "No peer is called 'stduio'. Which machine is meant?"
        assert question.requested_schema["properties"]["answer"]["enum"] == [
            *("attic (bbbbbbbb…)", "attic (cccccccc…)", "studio")
        ]
        listener.says(answer="attic (cccccccc…)")
        assert await send(session, "attic") == FOUND
        assert listener.questions[1].message == "2 peers are called 'attic'. Which machine is meant?"
        assert await send(session, "studio") == FOUND
        assert len(listener.questions) == 2


async def test_without_an_answer_that_was_offered_it_fails_as_for_who_cannot_be_asked(tmp_path: Path) -> None:
    listener = Listener()
    async with client(tmp_path / "one", listener) as session:
        for refusal in (
            ElicitResult(action="decline"),
            ElicitResult(action="cancel"),
            ElicitResult(action="accept", content={"answer": "rumpelstiltskin"}),
            ElicitResult(action="accept", content={}),
            ElicitResult(action="decline", content={"answer": "studio"}),
        ):
            listener.answers = [refusal]
            assert await send(session, "stduio") == UNKNOWN
        assert len(listener.questions) == 5
    async with client(tmp_path / "another", None) as session:
        assert await send(session, "stduio") == UNKNOWN


async def test_a_client_that_is_asked_with_the_call_makes_it_again_with_the_answer(tmp_path: Path) -> None:
    listener = Listener()
    async with client(tmp_path, None):
        pass  # the peers
    server = make_server(Machines(Paths.of(tmp_path)))
    async with Client(server, elicitation_callback=listener.callbacks["elicitation_callback"]) as session:
        listener.says(answer="studio")
        assert await send(session, "stduio") == FOUND
        listener.answers = [ElicitResult(action="accept", content={"answer": "rumpelstiltskin"})]
        assert await send(session, "stduio") == UNKNOWN
        assert await send(session, "stduio") == UNKNOWN
        assert len(listener.questions) == 3
    async with Client(server) as session:
        assert await send(session, "stduio") == UNKNOWN
