"""What a client hears when machines and daemons come and go, in both versions of the protocol."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest
from mcp import Client, ClientSession, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp.client.subscriptions import ResourceUpdated
from mcp_types import SubscriptionFilter

from loopsy_daemon.exchange import message_requests
from loopsy_daemon.mcp import news
from loopsy_daemon.service.exchange_on import exchange_on
from loopsy_daemon.service.machines import Machines
from tests.daemon.mcp.test_http import SERVE, served
from tests.daemon.mcp.test_journey import PROGRAM, agent, call
from tests.support.mcp_listener import Listener
from tests.support.paired_daemons import PairedDaemon, paired_daemons

pytestmark = [
    pytest.mark.thorough,
    pytest.mark.timeout(240),
    pytest.mark.filterwarnings("ignore::mcp.shared.exceptions.MCPDeprecationWarning"),
]


async def send(machine: PairedDaemon, to: str) -> None:
    async with exchange_on(Machines(machine.paths), None) as exchange:
        await exchange.ask(message_requests.SEND, message_requests.Send(to=to, body="hello"))


async def test_a_peer_and_the_daemon_that_go_away_and_come_back_are_told(tmp_path: Path) -> None:
    listener = Listener()
    async with paired_daemons(tmp_path) as (studio, laptop), agent(laptop.daemon, listener) as session:
        await session.set_logging_level("notice")
        await session.subscribe_resource(news.PEERS)
        await studio.daemon.kill()
        await listener.until(lambda: ("warning", "studio cannot be reached.") in listener.lines)
        await listener.until(lambda: news.PEERS in listener.changed)
        await call(session, "loopsy_broadcast_context", key="all", value="x")
        await listener.until(lambda: listener.lines[-1][1].startswith("studio does not have all (offline): "))
        await studio.start(laptop)
        await listener.until(lambda: ("notice", "studio can be reached.") in listener.lines)

        await session.subscribe_resource(news.INBOX)
        listener.changed.clear()
        await laptop.daemon.stop()
        await listener.until(lambda: news.DAEMON_GONE.line is not None and said(news.DAEMON_GONE) in listener.lines)
        assert news.INBOX not in listener.changed
        await laptop.start(studio)
        await listener.until(lambda: said(news.DAEMON_BACK) in listener.lines)
        await listener.until(lambda: news.INBOX in listener.changed)
        listener.changed.clear()
        await send(studio, "laptop")
        await listener.until(lambda: news.INBOX in listener.changed)


def said(told: news.News) -> tuple[str, str]:
    assert told.line
    return told.line.level, told.line.text


async def test_a_client_of_the_newest_version_listens_and_is_asked(tmp_path: Path) -> None:
    listener = Listener()
    async with paired_daemons(tmp_path) as (studio, laptop):
        environment = {
            "PATH": "/usr/bin:/bin", "HOME": str(laptop.daemon.user_home),
            "LOOPSY_HOME": str(laptop.paths.home), "LOOPSY_SECRETS": "file",
        }  # fmt: skip
        server = StdioServerParameters(command=sys.executable, args=PROGRAM, env=environment)
        async with Client(
            server,
            elicitation_callback=listener.callbacks["elicitation_callback"],
            logging_callback=listener.callbacks["logging_callback"],
            log_level="warning",
        ) as client:
            assert client.protocol_version == "2026-07-28"
            async with client.listen(resource_subscriptions=[news.INBOX]) as heard:
                assert heard.honored == SubscriptionFilter(resource_subscriptions=[news.INBOX])
                await send(studio, "laptop")
                assert await anext(heard) == ResourceUpdated(uri=news.INBOX)
            (tmp_path / "new").write_text("new")
            (tmp_path / "old").write_text("old")
            wanted = {"direction": "pull", "source": str(tmp_path / "new"), "destination": str(tmp_path / "old")}
            listener.says(answer="studio")
            listener.says(answer=True)
            moved = await client.call_tool("loopsy_transfer_file", {"peer": "stduio", **wanted})
            assert not moved.is_error, moved.content
            assert (tmp_path / "old").read_text() == "new"
            assert len(listener.questions) == 2
            await studio.daemon.kill()
            await client.call_tool("loopsy_broadcast_context", {"key": "all", "value": "x"})
            await listener.until(lambda: bool(listener.lines))
            assert listener.lines[0][1].startswith("studio does not have all (offline): ")


@asynccontextmanager
async def connected(port: int, token: str, listener: Listener) -> AsyncIterator[ClientSession]:
    bearer = {"authorization": f"Bearer {token}"}
    async with (
        httpx2.AsyncClient(headers=bearer, trust_env=False, timeout=30.0) as http,
        streamable_http_client(f"http://127.0.0.1:{port}/mcp", http_client=http) as (reading, writing),
        ClientSession(reading, writing, **listener.callbacks) as session,
    ):
        await session.initialize()
        yield session


async def test_over_http_each_client_hears_what_it_watches(tmp_path: Path) -> None:
    first, second = Listener(), Listener()
    async with (
        paired_daemons(tmp_path) as (studio, laptop),
        served(laptop.paths.home, SERVE) as (port, token),
        connected(port, token, first) as staying,
    ):
        async with connected(port, token, second) as leaving:
            await staying.subscribe_resource(news.INBOX)
            await leaving.subscribe_resource(news.TASKS)
            await leaving.set_logging_level("info")
            await asyncio.gather(
                heard(first, news.INBOX, send(studio, "laptop")),
                heard(second, news.TASKS, call(staying, "loopsy_task_add", title="for both")),
            )
            assert first.changed.count(news.TASKS) == second.changed.count(news.INBOX) == 0
        first.changed.clear()
        await heard(first, news.INBOX, send(studio, "laptop"))


async def heard(listener: Listener, resource: str, change: Awaitable[object]) -> None:
    await change
    await listener.until(lambda: resource in listener.changed)
