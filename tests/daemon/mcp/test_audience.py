"""What one client hears: no more than it wants, bounded while it does not read, and nothing after the end."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from mcp.server.connection import Connection
from mcp.server.subscriptions import ResourceUpdated, ServerEvent
from mcp.shared.dispatcher import CallOptions
from mcp_types import LoggingLevel

from loopsy_daemon.mcp import news
from loopsy_daemon.mcp.audience import LEVELS, MAX_LINES, Audience, is_severe
from loopsy_daemon.mcp.newsroom import Newsroom

DEADLINE_SECONDS = 15.0


class Channel:
    """The way to a client that reads when `reads` is set."""

    def __init__(self) -> None:
        self.reads = asyncio.Event()
        self.sent: asyncio.Queue[str] = asyncio.Queue()

    async def send_raw_request(
        self, method: str, params: Mapping[str, Any] | None, opts: CallOptions | None = None
    ) -> dict[str, Any]:
        raise AssertionError(method)

    async def notify(self, method: str, params: Mapping[str, Any] | None, opts: CallOptions | None = None) -> None:
        await self.reads.wait()
        assert params
        self.sent.put_nowait(params["data"] if method == "notifications/message" else params["uri"])

    async def next(self) -> str:
        async with asyncio.timeout(DEADLINE_SECONDS):
            return await self.sent.get()


@asynccontextmanager
async def audience(home: Path) -> AsyncIterator[tuple[Audience, Channel]]:
    channel = Channel()
    found = Audience(Connection.for_loop(channel), Newsroom(home / "no daemon"))
    yield found, channel
    await found.close()
    assert len(asyncio.all_tasks()) == 1


def line(level: LoggingLevel, text: str) -> news.News:
    return news.News((), news.Line(level, "peers", text))


def test_levels_go_from_the_least_to_the_most_severe() -> None:
    assert LEVELS[0] == "debug"
    assert LEVELS[-1] == "emergency"
    assert is_severe("error", "warning")
    assert is_severe("warning", "warning")
    assert not is_severe("notice", "warning")
    assert not is_severe("emergency", None)


async def test_a_client_hears_what_it_watches_and_lines_from_its_level_on(tmp_path: Path) -> None:
    async with audience(tmp_path) as (found, channel):
        channel.reads.set()
        await found.watch(news.INBOX)
        found.hear(news.News((news.INBOX, news.TASKS), news.Line("error", "peers", "no level was chosen")))
        assert await channel.next() == news.INBOX
        await found.hear_log("warning")
        found.hear(line("notice", "not severe"))
        found.hear(line("warning", "severe"))
        assert await channel.next() == "severe"
        await found.watch(news.TASKS)
        found.unwatch(news.INBOX)
        found.hear(news.News((news.INBOX, news.TASKS)))
        assert await channel.next() == news.TASKS
        assert channel.sent.empty()


async def test_that_no_daemon_runs_is_the_first_line(tmp_path: Path) -> None:
    async with audience(tmp_path) as (found, channel):
        channel.reads.set()
        await found.hear_log("debug")
        assert await channel.next() == "The daemon of this machine does not run. → loopsy start"


async def test_for_a_client_that_does_not_read_only_the_newest_is_kept(tmp_path: Path) -> None:
    async with audience(tmp_path) as (found, channel):
        await found.watch(news.INBOX)
        await found.hear_log("info")
        for number in range(10 * MAX_LINES):
            found.hear(news.News((news.INBOX,), news.Line("info", "peers", str(number))))
        channel.reads.set()
        heard = [await channel.next() for _ in range(MAX_LINES + 1)]
        assert heard == [*(str(number) for number in range(9 * MAX_LINES, 10 * MAX_LINES)), news.INBOX]


async def test_who_watches_nothing_any_more_is_told_nothing(tmp_path: Path) -> None:
    async with audience(tmp_path) as (found, channel):
        channel.reads.set()
        await found.watch(news.INBOX)
        found.unwatch(news.INBOX)
        found.unwatch("loopsy://never watched")
        await asyncio.sleep(0)
        assert len(asyncio.all_tasks()) == 1
        await found.watch(news.INBOX)
        found.hear(news.News((news.INBOX,)))
        assert await channel.next() == news.INBOX


async def test_the_newsroom_tells_each_listener_until_that_one_has_ended(tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path / "no daemon")
    first: list[news.News] = []
    second: list[ServerEvent] = []
    end_first, end_second = newsroom.listen(first.append), newsroom.subscribe(second.append)
    await newsroom.looked()
    assert first == [news.DAEMON_GONE]
    assert second == [ResourceUpdated(uri=resource) for resource in news.DAEMON_GONE.resources]
    end_first()
    end_first()
    await newsroom.publish(ResourceUpdated(uri=news.TASKS))
    assert first == [news.DAEMON_GONE]
    assert second[-1] == ResourceUpdated(uri=news.TASKS)
    end_second()
    await asyncio.sleep(0)
    assert len(asyncio.all_tasks()) == 1
