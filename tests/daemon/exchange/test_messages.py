import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from loopsy_daemon.exchange import inbox, limits, outbox
from loopsy_daemon.exchange.errors import Refused
from loopsy_daemon.exchange.message_requests import (
    Acknowledge,
    AskStates,
    Deliver,
    Envelope,
    GetSent,
    ListReceived,
    ListSent,
    Outcome,
    Read,
    Received,
    Send,
    Sent,
    States,
    Wait,
)
from loopsy_daemon.exchange.operations import Actor
from tests.daemon.exchange.stores import HERE, LAPTOP, TABLET, new_tables


@pytest.fixture
def tables() -> Iterator[sqlite3.Connection]:
    with closing(new_tables()) as connection:
        yield connection


def envelope(message_id: str, body: str = "hello", **more: object) -> Envelope:
    fields = {"type": "chat", "created_at": 1.0, "ttl_seconds": 60.0, "remaining_seconds": 60.0, **more}
    return Envelope(id=message_id, body=body, **fields)  # type: ignore[arg-type]  # the fields of a test


def deliver(
    tables: sqlite3.Connection, *envelopes: Envelope, sender: Actor = LAPTOP, now: float = 100.0
) -> list[Outcome]:
    return inbox.deliver(tables, sender, Deliver(messages=list(envelopes)), now).outcomes


def received(tables: sqlite3.Connection, now: float = 100.0, **wanted: object) -> list[Received]:
    asked = ListReceived(**wanted)  # type: ignore[arg-type]  # the fields of a test
    return inbox.page(tables, HERE, asked, now).messages


def send(tables: sqlite3.Connection, body: str = "hello", *, now: float = 100.0, message_id: str | None = None) -> Sent:
    wanted = Send(to="laptop", body=body, ttl_seconds=60.0, id=message_id)
    return outbox.queue(tables, wanted, LAPTOP, now)


def state(tables: sqlite3.Connection, message_id: str, now: float = 100.0) -> str:
    return outbox.get(tables, HERE, GetSent(id=message_id), now).state


def refusal(code: str) -> "pytest.RaisesExc[Refused]":
    return pytest.RaisesExc(Refused, check=lambda refused: refused.code == code)


def test_a_message_that_comes_again_is_there_once_even_when_it_was_acknowledged(tables: sqlite3.Connection) -> None:
    for _ in range(2):
        assert [outcome.code for outcome in deliver(tables, envelope("message-1"))] == [None]
    assert [message.id for message in received(tables)] == ["message-1"]
    for _ in range(2):  # who asks again after a lost answer is told the same
        assert inbox.acknowledge(tables, Acknowledge(ids=["message-1"]), 100.0) == [(LAPTOP.node_id, "message-1")]
    deliver(tables, envelope("message-1"))
    assert received(tables) == []
    found = inbox.states(tables, LAPTOP, AskStates(ids=["message-1", "message-2"]), 100.0)
    assert found == States(states={"message-1": "acknowledged"})
    assert inbox.states(tables, TABLET, AskStates(ids=["message-1"]), 100.0) == States(states={})
    assert "hello" not in str([tuple(row) for row in tables.execute("SELECT * FROM inbox")])


def test_what_two_machines_call_the_same_are_two_messages(tables: sqlite3.Connection) -> None:
    deliver(tables, envelope("message-1", "of the laptop"))
    deliver(tables, envelope("message-1", "of the tablet"), sender=TABLET)
    with refusal("conflict"):
        inbox.read(tables, HERE, Read(id="message-1"), 100.0)
    with refusal("conflict"):
        inbox.acknowledge(tables, Acknowledge(ids=["message-1"]), 100.0)
    assert inbox.read(tables, HERE, Read(id="message-1", sender="tablet"), 100.0).body == "of the tablet"
    assert [message.state for message in received(tables)] == ["unread", "read"]
    assert [message.sender for message in received(tables, sender=LAPTOP.node_id)] == ["laptop"]
    assert [message.sender for message in received(tables, is_unread=True)] == ["laptop"]


def test_all_are_acknowledged_or_none(tables: sqlite3.Connection) -> None:
    deliver(tables, envelope("message-1"), envelope("message-2"))
    with refusal("not_found"):
        inbox.acknowledge(tables, Acknowledge(ids=["message-1", "message-3"]), 100.0)
    assert len(received(tables)) == 2


def test_each_unread_message_is_taken_once_and_only_if_it_is_wanted(tables: sqlite3.Connection) -> None:
    deliver(tables, envelope("message-1"), envelope("message-2", type="response", in_reply_to="question-1"))

    def take(**wanted: object) -> str | None:
        asked = Wait(timeout_seconds=0.0, **wanted)  # type: ignore[arg-type]  # the fields of a test
        message = inbox.take_unread(tables, asked, 100.0)
        return message.id if message else None

    assert take(type="request") is None
    assert take(sender="tablet") is None
    assert take(in_reply_to="question-1", type="response", sender="laptop") == "message-2"
    assert take() == "message-1"
    assert take() is None
    assert len(received(tables)) == 2


def test_time_runs_from_the_arrival_by_the_clock_of_each_machine(tables: sqlite3.Connection) -> None:
    deliver(tables, envelope("message-1", created_at=9e9, remaining_seconds=10.0), now=100.0)
    assert received(tables, 109.9) != []
    assert received(tables, 110.0) == []
    with refusal("not_found"):
        inbox.read(tables, HERE, Read(id="message-1"), 110.0)
    deliver(tables, envelope("message-1"), now=111.0)  # remembered for longer than any sender tries
    assert received(tables, 111.0) == []
    deliver(tables, now=110.0 + limits.REMEMBERED_LONGER_SECONDS)
    assert tables.execute("SELECT count(*) FROM inbox").fetchone()[0] == 0


def test_an_inbox_that_is_full_says_so_and_takes_what_it_knows(
    tables: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_INBOX_PER_SENDER", 1)
    monkeypatch.setattr(limits, "MAX_INBOX", 2)
    monkeypatch.setattr(limits, "MAX_REMEMBERED_PER_SENDER", 3)
    outcomes = deliver(tables, envelope("message-1"), envelope("message-2"), envelope("message-1"))
    assert [outcome.code for outcome in outcomes] == [None, "full", None]
    deliver(tables, envelope("message-1"), sender=TABLET)
    assert deliver(tables, envelope("message-1"), sender=Actor("third", "c" * 26))[0].code == "full"
    for number in (1, 2, 3):
        assert deliver(tables, envelope(f"message-{number}"))[0].code is None
        inbox.acknowledge(tables, Acknowledge(ids=[f"message-{number}"], sender="laptop"), 100.0)
    assert deliver(tables, envelope("message-4"))[0].code == "full"  # of ids to remember
    assert deliver(tables, envelope("message-5", "x" * (limits.MAX_BODY_BYTES + 1)))[0].code == "too_large"


def test_pages_of_an_inbox_are_small_and_complete(tables: sqlite3.Connection) -> None:
    ids = [f"message-{number:02}" for number in range(7)]
    for message_id in ids:
        deliver(tables, envelope(message_id, "x" * (limits.PAGE_TEXT_BYTES // 3)))
    found: list[str] = []
    after: int | None = 0
    while after is not None:
        page = inbox.page(tables, HERE, ListReceived(after=after), 100.0)
        assert sum(len(message.body) for message in page.messages) <= limits.PAGE_TEXT_BYTES
        found += [message.id for message in page.messages]
        after = page.next
    assert found == ids


def test_what_is_sent_goes_through_its_states(tables: sqlite3.Connection) -> None:
    sent = [send(tables, f"{number}") for number in range(4)]
    ids = [message.id for message in sent]
    work = outbox.work(tables, LAPTOP.node_id or "", 101.0)
    assert [(message.body, message.remaining_seconds) for message in work.queued] == [
        ("0", 59.0), ("1", 59.0), ("2", 59.0), ("3", 59.0),
    ]  # fmt: skip
    outbox.postponed(tables, ids, "asleep")
    assert outbox.get(tables, HERE, GetSent(id=ids[0]), 101.0).problem == "asleep"
    outbox.delivered(tables, ids[:3], 102.0)
    outbox.refused(tables, ids[3:], "too large", 102.0)
    assert outbox.work(tables, LAPTOP.node_id or "", 102.0).delivered == ids[:3]
    # one is acknowledged, one is read, one is not known there: that machine has lost its file
    outbox.heard(tables, LAPTOP.node_id or "", ids[:3], {ids[0]: "acknowledged", ids[1]: "read"}, 103.0)
    assert [state(tables, message_id) for message_id in ids] == ["acknowledged", "delivered", "queued", "refused"]
    outbox.acknowledged(tables, TABLET.node_id or "", ids, 104.0)  # nobody acknowledges for another
    assert state(tables, ids[1]) == "delivered"
    assert [state(tables, message_id, 160.0) for message_id in ids] == ["acknowledged", "expired", "expired", "refused"]
    assert outbox.recipients(tables, 160.0) == []


def test_the_same_id_is_sent_once(tables: sqlite3.Connection) -> None:
    assert send(tables, message_id="client-chosen") == send(tables, message_id="client-chosen", now=101.0)
    with refusal("conflict"):
        send(tables, "another", message_id="client-chosen")
    outbox.acknowledged(tables, LAPTOP.node_id or "", ["client-chosen"], 101.0)
    assert "hello" not in str([tuple(row) for row in tables.execute("SELECT * FROM outbox")])
    assert send(tables, message_id="client-chosen", now=102.0).state == "acknowledged"
    assert len(outbox.page(tables, HERE, ListSent(), 101.0).messages) == 1


def test_an_outbox_has_limits_and_forgets_what_has_ended_long_ago(
    tables: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_OUTBOX", 2)
    monkeypatch.setattr(limits, "MAX_FINISHED_IN_OUTBOX", 1)
    first, second = send(tables), send(tables)
    with refusal("full"):
        send(tables)
    with refusal("too_large"):
        send(tables, "é" * (limits.MAX_BODY_BYTES // 2 + 1))
    outbox.acknowledged(tables, LAPTOP.node_id or "", [first.id, second.id], 100.0)
    send(tables, message_id="the-next-1")
    ids = [message.id for message in outbox.page(tables, HERE, ListSent(), 100.0).messages]
    assert ids == ["the-next-1", second.id]
    with refusal("not_found"):
        state(tables, first.id)


def test_a_batch_fits_into_a_request(tables: sqlite3.Connection) -> None:
    for _ in range(5):
        send(tables, "x" * (limits.MAX_BATCH_BYTES // 3))
    assert len(outbox.work(tables, LAPTOP.node_id or "", 100.0).queued) == 3


class TwoMachines(RuleBasedStateMachine):
    """A sender and a receiver that lose requests and answers and are killed between any two steps.

    What survives is what the tables have; whoever comes up again begins with those.
    """

    def __init__(self) -> None:
        super().__init__()
        self.sender, self.receiver = new_tables(), new_tables()
        self.sent: list[str] = []
        self.seen: list[str] = []
        self.acknowledged: set[str] = set()

    @rule(again=st.booleans())
    def sends(self, again: bool) -> None:
        if not again or not self.sent:
            self.sent.append(f"message-{len(self.sent):04}")
        send(self.sender, self.sent[-1], message_id=self.sent[-1])

    @rule(is_answered=st.booleans(), arrives=st.booleans())
    def delivers(self, is_answered: bool, arrives: bool) -> None:
        work = outbox.work(self.sender, LAPTOP.node_id or "", 100.0)
        if arrives and work.queued:
            outcomes = deliver(self.receiver, *work.queued, sender=TABLET)
            if is_answered:
                outbox.delivered(self.sender, [outcome.id for outcome in outcomes], 100.0)

    @rule()
    def waits(self) -> None:
        message = inbox.take_unread(self.receiver, Wait(timeout_seconds=0.0), 100.0)
        if message:
            self.seen.append(message.id)

    @rule(data=st.data(), is_told=st.booleans())
    def acknowledges(self, data: st.DataObject, is_told: bool) -> None:
        present = [message.id for message in received(self.receiver)]
        if present:
            message_id = data.draw(st.sampled_from(present))
            inbox.acknowledge(self.receiver, Acknowledge(ids=[message_id]), 100.0)
            self.acknowledged.add(message_id)
            if is_told:
                outbox.acknowledged(self.sender, LAPTOP.node_id or "", [message_id], 100.0)

    @rule(is_answered=st.booleans())
    def asks(self, is_answered: bool) -> None:
        ids = outbox.work(self.sender, LAPTOP.node_id or "", 100.0).delivered
        found = inbox.states(self.receiver, TABLET, AskStates(ids=ids), 100.0).states
        if is_answered:
            outbox.heard(self.sender, LAPTOP.node_id or "", ids, found, 100.0)

    @invariant()
    def nothing_is_lost_and_nothing_is_there_twice(self) -> None:
        present = [message.id for message in received(self.receiver)]
        assert len(present) == len(set(present))
        assert not set(present) & self.acknowledged
        assert len(self.seen) == len(set(self.seen))
        for message_id in self.sent:
            where = state(self.sender, message_id)
            here = message_id in present or message_id in self.acknowledged
            assert here or where == "queued"
            assert where != "acknowledged" or message_id in self.acknowledged

    def teardown(self) -> None:
        """In the end, when nothing is lost any more, everything has arrived, in the order in which it was sent."""
        self.delivers(is_answered=True, arrives=True)
        places = [row["id"] for row in self.receiver.execute("SELECT id FROM inbox ORDER BY place")]
        assert places == self.sent
        self.sender.close()
        self.receiver.close()


TestTwoMachines = TwoMachines.TestCase
TestTwoMachines.settings = settings(max_examples=20, stateful_step_count=30, deadline=None)
