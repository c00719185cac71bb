"""An agent's client, the official one, with the server that it starts itself, on one of two real daemons."""

import asyncio
import hashlib
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from mcp import ClientSession
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp_types import TextContent, TextResourceContents

from loopsy_daemon.exchange import message_requests
from loopsy_daemon.mcp import news
from loopsy_daemon.service.exchange_on import exchange_on
from loopsy_daemon.service.machines import Machines
from tests.support.daemon import Daemon
from tests.support.mcp_listener import Listener
from tests.support.paired_daemons import PairedDaemon, paired_daemons

DEADLINE_SECONDS = 30.0
PROGRAM = ["-c", "from loopsy_daemon.cli.main import main; main()", "mcp", "serve"]

BUILD = """\
echo compiling
sleep 0.3
read -p 'go on? ' answer
echo "answer=$answer"
head -c 200000 /dev/zero | tr '\\0' x > artefact
exit 7
"""


@asynccontextmanager
async def agent(daemon: Daemon, listener: Listener) -> AsyncIterator[ClientSession]:
    """Give a client of the server of this home, which hears what it is told."""
    environment = {
        **os.environ,
        "HOME": str(daemon.user_home),
        "LOOPSY_HOME": str(daemon.paths.home),
        "LOOPSY_SECRETS": "file",
    }
    server = StdioServerParameters(command=sys.executable, args=PROGRAM, env=environment)
    with (daemon.paths.home / "mcp.log").open("w+") as log:
        async with (
            stdio_client(server, errlog=log) as (reading, writing),
            ClientSession(reading, writing, **listener.callbacks) as session,
        ):
            await session.initialize()
            yield session
        assert "Traceback" not in (daemon.paths.home / "mcp.log").read_text()


async def call(client: ClientSession, tool: str, /, **arguments: Any) -> Any:
    """Return the structured answer of a tool."""
    found = await client.call_tool(tool, arguments)
    assert not found.is_error, found.content
    assert isinstance(found.content[0], TextContent)
    assert json.loads(found.content[0].text) == found.structured_content
    return found.structured_content


async def failure(client: ClientSession, tool: str, /, **arguments: Any) -> str:
    """Return what a tool says that fails."""
    found = await client.call_tool(tool, arguments)
    assert found.is_error
    assert isinstance(found.content[0], TextContent)
    return found.content[0].text


async def until_file(path: Path) -> str:
    async with asyncio.timeout(DEADLINE_SECONDS):
        while not path.exists() or not path.read_text().endswith("\n"):
            await asyncio.sleep(0.05)
    return path.read_text().strip()


async def until_gone(pid: int) -> None:
    async with asyncio.timeout(DEADLINE_SECONDS):
        while Path(f"/proc/{pid}").exists() and " Z " not in Path(f"/proc/{pid}/stat").read_text():
            await asyncio.sleep(0.05)


@pytest.mark.timeout(180)
@pytest.mark.filterwarnings("ignore::mcp.shared.exceptions.MCPDeprecationWarning")  # what most clients still speak
async def test_an_agent_drives_a_build_on_a_peer_to_its_end(tmp_path: Path) -> None:
    listener = Listener()
    async with paired_daemons(tmp_path) as (studio, laptop), agent(laptop.daemon, listener) as session:
        await peers_and_commands(session, tmp_path)
        await a_build_in_a_session(session, tmp_path / "work")
        await values_messages_and_tasks(session)
        await resources_and_prompts(session)
        await told_without_asking(session, listener, studio)
        await asked_before_it_fails(session, listener, tmp_path)


async def peers_and_commands(session: ClientSession, directory: Path) -> None:
    peers = (await call(session, "loopsy_list_peers"))["peers"]
    assert [(peer["name"], peer["state"]) for peer in peers] == [("studio", "online")]
    assert (await call(session, "loopsy_peer_status", peer="studio"))["platform"] == sys.platform

    lines: list[str | None] = []
    grown: list[float] = []

    async def tell(progress: float, total: float | None, message: str | None) -> None:
        grown.append(progress)
        lines.append(message)

    script = "for step in 1 2 3; do echo step-$step; sleep 0.6; done; echo oops >&2; exit 3"
    found = await session.call_tool("loopsy_execute", {"peer": "studio", "command": script}, progress_callback=tell)
    assert found.structured_content
    answer = found.structured_content
    assert (answer["code"], answer["reason"]) == (3, "exited")
    assert (answer["stdout"], answer["stderr"]) == ("step-1\nstep-2\nstep-3\n", "oops\n")
    assert {"step-1", "step-2"} <= set(lines)
    assert grown == sorted(set(grown))
    cut = await call(session, "loopsy_execute", peer="studio", command=["seq", "100000"], max_output_bytes=1_000)
    assert cut["stdout_bytes"] == 588_895
    assert cut["stdout"].startswith("1\n2\n")
    assert cut["stdout"].endswith("99999\n100000\n")
    assert "left out" in cut["stdout"]
    assert len(cut["stdout"]) < 1_100

    # a call that is cancelled ends the command, as gently as Ctrl-C
    pid_file, ended_file = directory / "pid", directory / "ended"
    command = f"trap 'echo yes > {ended_file}; exit' TERM; echo $$ > {pid_file}; while :; do sleep 0.05; done"
    running = asyncio.create_task(session.call_tool("loopsy_execute", {"peer": "studio", "command": command}))
    pid = int(await until_file(pid_file))
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await until_gone(pid)
    assert await until_file(ended_file) == "yes"

    said = await failure(session, "loopsy_execute", peer="nobody", command="true")
    assert "No peer is called 'nobody'. → see who is paired: loopsy peers" in said
    assert "may not be started" in await failure(session, "loopsy_execute", peer="studio", command=["rm", "x"])
    assert "timeout_seconds" in await failure(
        session, "loopsy_execute", peer="studio", command="true", timeout_seconds=-1
    )


async def a_build_in_a_session(session: ClientSession, home: Path) -> None:
    home.mkdir()
    started = await call(
        session, "loopsy_session_start", peer="studio", name="build", command=["bash", "-c", BUILD], cwd=str(home)
    )
    assert (started["machine"], started["name"], started["alive"]) == ("studio", "build", True)
    seen, offset, is_answered = "", 0, False
    async with asyncio.timeout(DEADLINE_SECONDS):
        while True:
            read = await call(session, "loopsy_session_output", peer="studio", session="build", offset=offset)
            seen, offset = seen + read["text"], read["next_offset"]
            if "go on?" in seen and not is_answered:
                screen = await call(session, "loopsy_session_screen", peer="studio", session="build")
                assert screen["text"] == "compiling\ngo on?"
                assert (screen["cursor_column"], screen["cursor_row"]) == (7, 1)
                await call(session, "loopsy_session_input", peer="studio", session="build", text="sure", keys=["enter"])
                is_answered = True
            if read["is_over"]:
                break
    assert seen == "compiling\ngo on? sure\nanswer=sure\n"
    assert (read["alive"], read["code"]) == (False, 7)

    made = home / "artefact"
    fetched = await call(
        session,
        "loopsy_transfer_file",
        peer="studio",
        direction="pull",
        source=str(made),
        destination=str(home / "mine"),
    )
    assert fetched["sha256"] == hashlib.sha256(made.read_bytes()).hexdigest()
    assert (home / "mine").read_bytes() == made.read_bytes()
    files = await call(session, "loopsy_list_remote_files", peer="studio", path=str(home))
    assert {"artefact", "mine"} <= {entry["name"] for entry in files["entries"]}

    found = await call(session, "loopsy_session_list")
    assert [(one["machine"], one["name"], one["code"]) for one in found["sessions"]] == [("studio", "build", 7)]
    await call(session, "loopsy_session_remove", peer="studio", session="build")
    own = await call(session, "loopsy_session_start", peer="local", command=["cat"])
    assert own["started_by"] == "local"
    assert not (await call(session, "loopsy_session_stop", peer="local", session=own["id"]))["alive"]
    assert "no session" in await failure(session, "loopsy_session_stop", peer="studio", session="build")


async def values_messages_and_tasks(session: ClientSession) -> None:
    await call(session, "loopsy_context_set", peer="studio", key="build/status", value="done")
    assert (await call(session, "loopsy_context_get", peer="studio", key="build/status"))["value"] == "done"
    everywhere = await call(session, "loopsy_broadcast_context", key="all", value="x")
    assert [machine["outcome"] for machine in everywhere["machines"]] == ["ok", "ok"]
    assert [entry["key"] for entry in (await call(session, "loopsy_context_list"))["entries"]] == ["all"]
    await call(session, "loopsy_context_delete", key="all")

    sent = await call(session, "loopsy_send_message", peer="studio", body="the build is done")
    async with asyncio.timeout(DEADLINE_SECONDS):
        while (await call(session, "loopsy_check_ack", message=sent["id"]))["state"] != "delivered":
            await asyncio.sleep(0.1)
    assert (await call(session, "loopsy_check_inbox"))["messages"] == []

    task = await call(session, "loopsy_task_add", peer="studio", title="test it")
    claimed = (await call(session, "loopsy_task_claim", peer="studio", worker="me"))["task"]
    assert claimed["id"] == task["id"]
    assert (await call(session, "loopsy_task_claim", peer="studio", worker="you")).get("task") is None
    done = await call(session, "loopsy_task_done", peer="studio", task=task["id"], worker="me", result="green")
    assert done["state"] == "done"


async def resources_and_prompts(session: ClientSession) -> None:
    read = await session.read_resource("loopsy://peers")
    assert isinstance(read.contents[0], TextResourceContents)
    assert json.loads(read.contents[0].text)[0]["name"] == "studio"
    await call(session, "loopsy_session_start", peer="studio", name="shown", command=["sh", "-c", "echo look; cat"])
    await call(session, "loopsy_session_output", peer="studio", session="shown")
    shown = await session.read_resource("loopsy://sessions/studio/shown/screen")
    assert isinstance(shown.contents[0], TextResourceContents)
    assert shown.contents[0].text == "look"
    with pytest.raises(Exception, match="No peer is called"):
        await session.read_resource("loopsy://sessions/nobody/shown/screen")
    prompt = await session.get_prompt("loopsy_coordinate", {"task": "run the tests"})
    assert isinstance(prompt.messages[0].content, TextContent)
    assert "run the tests" in prompt.messages[0].content.text


async def told_without_asking(session: ClientSession, listener: Listener, studio: PairedDaemon) -> None:
    assert (listener.changed, listener.lines) == ([], [])
    await session.subscribe_resource(news.INBOX)
    await session.subscribe_resource(news.SESSIONS)
    await session.set_logging_level("info")
    with pytest.raises(Exception, match="none of the listed resources"):
        await session.subscribe_resource("loopsy://nothing")
    async with exchange_on(Machines(studio.paths), None) as exchange:
        await exchange.ask(message_requests.SEND, message_requests.Send(to="laptop", body="psst"))
    await listener.until(lambda: news.INBOX in listener.changed)
    read = await session.read_resource(news.INBOX)
    assert isinstance(read.contents[0], TextResourceContents)
    assert [message["body"] for message in json.loads(read.contents[0].text)["messages"]] == ["psst"]

    await call(session, "loopsy_session_start", peer="local", name="short", command=["sh", "-c", "exit 4"])
    await listener.until(lambda: ("info", "The session short has ended with code 4.") in listener.lines)
    await listener.until(lambda: news.SESSIONS in listener.changed)

    # what is neither watched nor as severe as was asked for is not told
    await session.unsubscribe_resource(news.SESSIONS)
    await session.set_logging_level("warning")
    await session.subscribe_resource(news.TASKS)
    sessions, lines = listener.changed.count(news.SESSIONS), list(listener.lines)
    await call(session, "loopsy_session_start", peer="local", name="shorter", command=["true"])
    await call(session, "loopsy_session_output", peer="local", session="shorter")
    await call(session, "loopsy_task_add", title="later than that")
    await listener.until(lambda: news.TASKS in listener.changed)
    assert (listener.changed.count(news.SESSIONS), listener.lines) == (sessions, lines)


async def asked_before_it_fails(session: ClientSession, listener: Listener, directory: Path) -> None:
    source, target = directory / "new", directory / "old"
    source.write_text("new")
    target.write_text("old")
    pull = {"peer": "studio", "direction": "pull", "source": str(source), "destination": str(target)}
    listener.questions.clear()
    assert "is there already" in await failure(session, "loopsy_transfer_file", **pull)
    assert [question.message for question in listener.questions] == ["'old' is there already. Replace it?"]
    assert target.read_text() == "old"
    listener.says(answer=True)
    await call(session, "loopsy_transfer_file", **pull)
    assert target.read_text() == "new"
    listener.says(answer="studio")
    assert (await call(session, "loopsy_execute", peer="stduio", command="true"))["peer"] == "studio"
