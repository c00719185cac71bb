"""What is asked before a session is opened, over the wire: commands that every client sees, places, directories."""

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from loopsy_daemon.service import new_session_requests
from loopsy_daemon.sessions.errors import NotSaved
from loopsy_daemon.wire import frames, messages
from tests.support.served_client import Rig, Wire

DEADLINE_SECONDS = 15.0


@pytest.fixture
async def rig(home: Path) -> AsyncIterator[Rig]:
    rig = Rig(home)
    rig.hello()
    yield rig
    rig.close()


async def ask(rig: Rig, message: messages.Message) -> messages.DaemonMessage:
    """Say it and wait for an answer that takes a while."""
    rig.client.receive(frames.encode_control(messages.encode(message)))
    async with asyncio.timeout(DEADLINE_SECONDS):
        while not (answers := rig.wire.answers()):
            await asyncio.sleep(0.01)
    return answers[0]


def save(rig: Rig, label: str, *arguments: str, directory: str | None = None) -> messages.SavedCommand:
    """Save a command and return it as everybody was told of it."""
    pushed, answer = rig.say(messages.CommandsSave(id=9, label=label, arguments=list(arguments), directory=directory))
    assert isinstance(pushed, messages.Commands)
    assert isinstance(answer, messages.Commands)
    assert (pushed.id, answer.id, pushed.commands) == (None, 9, answer.commands)
    return answer.commands[-1]


async def test_every_client_is_told_of_a_change_and_the_log_names_who_made_it(rig: Rig) -> None:
    told: list[messages.Event] = []
    rig.server.events.subscribe(told.append)
    other = Wire()
    second = rig.phone(other, "b" * 26)
    second.receive(frames.encode_control(messages.encode(messages.Hello(versions=[1], client=bytes(16), kind="web"))))
    other.answers()
    saved = save(rig, "Tests", "make", "test")
    assert other.answers() == [messages.Commands(commands=[saved])]
    again = save(rig, "Diary", "vi")
    rig.say(messages.CommandsMove(id=3, command=again.id, position=0))
    rig.say(messages.CommandsRemove(id=4, command=saved.id))
    assert other.answers()[-1] == messages.Commands(commands=[again])
    assert rig.say(messages.CommandsList(id=5)) == [messages.Commands(id=5, commands=[again])]
    assert [(event.name, event.details["by"]) for event in told] == [
        ("command.saved", "a" * 26), ("command.saved", "a" * 26), ("command.moved", "a" * 26),
        ("command.removed", "a" * 26),
    ]  # fmt: skip
    assert all("make" not in str(event.details) for event in told), "what is run is not for the log"
    second.disconnected()


async def test_a_phone_opens_a_command_by_its_id_and_never_sends_arguments(rig: Rig, home: Path) -> None:
    saved = save(rig, "My shell", "sh", "-c", "exec cat", directory=str(home))
    (opened,) = rig.say(messages.Open(id=1, agent=saved.id, cols=80, rows=24))
    assert isinstance(opened, messages.Opened)
    assert (opened.session.agent, opened.session.name, opened.session.cwd) == (saved.id, "My shell", str(home))
    (second,) = rig.say(messages.Open(id=2, agent=saved.id, cols=80, rows=24, cwd="/"))
    assert isinstance(second, messages.Opened)
    assert (second.session.name, second.session.cwd) == ("My shell-2", "/")
    (refusal,) = rig.say(messages.Open(id=3, agent=saved.id, cols=80, rows=24, command=["id"]))
    assert isinstance(refusal, messages.Error)
    assert refusal.code == "not_permitted"
    places = await ask(rig, messages.PlacesList(id=4))
    assert places == messages.Places(id=4, home=str(home), places=[messages.Place(path="/", there=True)])


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (messages.CommandsSave(id=1, label="x\n", arguments=["make"]), "bad_request"),
        (messages.CommandsSave(id=1, label="x", arguments=[]), "bad_request"),
        (messages.CommandsSave(id=1, label="x", arguments=["x"], command="command-x"), "unknown_command"),
        (messages.CommandsRemove(id=1, command="command-x"), "unknown_command"),
        (messages.CommandsMove(id=1, command="", position=1), "unknown_command"),
        (messages.Open(id=1, agent="command-x", cols=80, rows=24), "unknown_command"),
        (messages.Forget(id=1), "not_permitted"),
    ],
    ids=range(7),
)
async def test_what_cannot_be_done_is_refused_and_nobody_is_told(
    rig: Rig, message: messages.Message, code: str
) -> None:
    (answer,) = rig.say(message)
    assert isinstance(answer, messages.Error)
    assert (answer.id, answer.code, rig.wire.closed) == (1, code, [])


async def test_a_program_that_is_missing_is_said_and_agents_tell_how_to_install_them(rig: Rig) -> None:
    saved = save(rig, "Odd", "no-such-program-anywhere")
    (refusal,) = rig.say(messages.Open(id=1, agent=saved.id, cols=80, rows=24))
    assert isinstance(refusal, messages.Error)
    assert refusal.code == "agent_unavailable"
    assert "no-such-program-anywhere" in refusal.message
    (answer,) = rig.say(messages.AgentsList(id=2))
    assert isinstance(answer, messages.AgentsAnswer)
    by_id = {agent.id: agent for agent in answer.agents}
    assert (by_id["shell"].available, by_id["shell"].install) == (True, None)
    missing = [agent for agent in answer.agents if not agent.available]
    assert all(agent.install and agent.install.startswith("npm install") for agent in missing)


async def test_directories_are_listed_and_what_is_gone_is_refused(rig: Rig, home: Path) -> None:
    (home / "api" / ".hidden").mkdir(parents=True)
    listing = await ask(rig, messages.DirectoriesList(id=1))
    assert isinstance(listing, messages.Directories)
    assert (listing.path, [entry.name for entry in listing.entries]) == (str(home), ["api"])
    inner = await ask(rig, messages.DirectoriesList(id=2, path=str(home / "api"), hidden=True))
    assert isinstance(inner, messages.Directories)
    assert (inner.parent, [entry.name for entry in inner.entries], inner.hidden) == (str(home), [".hidden"], 1)
    refusal = await ask(rig, messages.DirectoriesList(id=3, path=str(home / "gone")))
    assert isinstance(refusal, messages.Error)
    assert (refusal.id, refusal.code) == (3, "bad_directory")


async def test_a_disk_that_hangs_is_not_waited_for(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = threading.Event()
    monkeypatch.setattr(new_session_requests, "LOOK_DEADLINE_SECONDS", 0.05)
    monkeypatch.setattr(new_session_requests, "looked_up", lambda places: answers.wait(DEADLINE_SECONDS))
    refusal = await ask(rig, messages.PlacesList(id=1))
    answers.set()
    assert isinstance(refusal, messages.Error)
    assert (refusal.code, refusal.message) == ("bad_directory", "The disk does not answer.")


async def test_a_phone_that_leaves_is_answered_before_its_channel_ends(rig: Rig) -> None:
    wire = Wire()
    order: list[str] = []

    def leave(say_goodbye: object) -> None:
        order.append("key")
        assert callable(say_goodbye)
        say_goodbye()
        order.append(f"answers {wire.answers()}")

    client = rig.phone(wire, leave=leave)
    client.receive(frames.encode_control(messages.encode(messages.Hello(versions=[1], client=bytes(16), kind="web"))))
    wire.answers()
    client.receive(frames.encode_control(messages.encode(messages.Forget(id=7))))
    assert order == ["key", f"answers {[messages.Ok(id=7)]}"]

    def fail(say_goodbye: object) -> None:
        del say_goodbye
        raise NotSaved("The disk is full.", "Make room.")

    failing = rig.phone(wire, leave=fail)
    failing.receive(frames.encode_control(messages.encode(messages.Hello(versions=[1], client=bytes(16), kind="web"))))
    wire.answers()
    failing.receive(frames.encode_control(messages.encode(messages.Forget(id=8))))
    (answer,) = wire.answers()
    assert isinstance(answer, messages.Error)
    assert (answer.id, answer.code) == (8, "not_saved")
    client.disconnected()
    failing.disconnected()
