import asyncio
from pathlib import Path

import pytest

from loopsy_daemon.errors import UsageError
from loopsy_daemon.exchange import limits
from loopsy_daemon.exchange.errors import Refused
from loopsy_daemon.exchange.message_requests import (
    ACKNOWLEDGE,
    INBOX,
    SEND,
    WAIT,
    Acknowledge,
    ListReceived,
    Send,
    Sent,
    Wait,
    Waited,
)
from loopsy_daemon.lan import courier
from tests.daemon.lan.exchanges import Friends, ask_own, friends, moved, sent_until
from tests.daemon.lan.rig import DEADLINE_SECONDS, Home, Person, listening


def send(pair: Friends, body: str, **more: object) -> "asyncio.Future[Sent]":
    wanted = Send(to="studio", body=body, **more)  # type: ignore[arg-type]  # the fields of a test
    return asyncio.ensure_future(ask_own(pair.laptop, SEND, wanted))


async def test_a_message_outlives_both_daemons_and_its_acknowledgement_comes_back(tmp_path: Path) -> None:
    studio, laptop = Home(tmp_path / "studio", "studio"), Home(tmp_path / "laptop", "laptop")
    async with listening(laptop) as laptop_machine:
        async with listening(studio) as studio_machine:
            Person(studio_machine).look()
            await laptop.join(studio_machine, port=laptop_machine.port)
        question = await ask_own(
            laptop, SEND, Send(to="studio", body="are you awake?\x00", type="request", subject="hello")
        )
        await sent_until(laptop, question.id, "queued", "does not answer")

    async with listening(laptop) as laptop_machine, listening(studio) as studio_machine:
        wanted = Wait(timeout_seconds=DEADLINE_SECONDS, sender="laptop")
        waiting = asyncio.create_task(ask_own(studio, WAIT, wanted))
        moved(studio, laptop_machine)
        moved(laptop, studio_machine)
        assert laptop_machine.health
        laptop_machine.health.look_now()  # the peer is back, and what waits for it leaves at once
        message = (await waiting).message
        assert message
        assert (message.id, message.body, message.type, message.subject, message.sender, message.state) == (
            question.id, "are you awake?\x00", "request", "hello", "laptop", "read",
        )  # fmt: skip
        assert message.sender_id == laptop_machine.identity.node_id
        await sent_until(laptop, question.id, "delivered")

        answer = await ask_own(studio, SEND, Send(to="laptop", body="now I am", in_reply_to=question.id))
        wanted = Wait(timeout_seconds=DEADLINE_SECONDS, in_reply_to=question.id)
        reply = (await ask_own(laptop, WAIT, wanted)).message
        assert reply
        assert (reply.id, reply.body) == (answer.id, "now I am")
        await ask_own(studio, ACKNOWLEDGE, Acknowledge(ids=[question.id]))
        await sent_until(laptop, question.id, "acknowledged")
        assert (await ask_own(studio, INBOX, ListReceived())).messages == []
    assert "are you awake" not in studio.paths.audit_log.read_text()


async def test_a_machine_that_does_not_listen_sends_and_learns_what_was_acknowledged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(courier, "ASK_SECONDS", 600.0)
    monkeypatch.setattr(limits, "MAX_STATES", 2)  # so that it takes several questions
    async with friends(tmp_path) as pair:
        await pair.laptop_machine.close()
        sent = [(await send(pair, f"{number}")).id for number in range(5)]
        for message_id in sent:
            await sent_until(pair.laptop, message_id, "delivered")
        await ask_own(pair.studio, ACKNOWLEDGE, Acknowledge(ids=sent))
        assert pair.laptop.exchange
        assert pair.laptop.exchange._courier
        pair.laptop.exchange._courier.wake(pair.studio_machine.identity.node_id, is_back=True)
        for message_id in sent:
            await sent_until(pair.laptop, message_id, "acknowledged")


async def test_what_is_not_permitted_or_whose_pairing_has_ended_is_refused(tmp_path: Path) -> None:
    async with friends(tmp_path) as pair:
        studio, laptop = pair.studio_machine.identity.node_id, pair.laptop_machine.identity.node_id
        pair.studio.peers.permit(laptop, ("context",))
        await sent_until(pair.laptop, (await send(pair, "1")).id, "refused", "does not permit")
        pair.studio.peers.remove(laptop)
        await sent_until(pair.laptop, (await send(pair, "2")).id, "refused", "does not know this one")
        with pytest.raises(UsageError, match="No peer is called"):
            await ask_own(pair.laptop, SEND, Send(to="nobody", body="3"))
        with pytest.raises(Refused, match="at most"):
            await send(pair, "x" * (limits.MAX_BODY_BYTES + 1))
        waiting = await send(pair, "4")
        pair.laptop.peers.remove(studio)
        await sent_until(pair.laptop, waiting.id, "refused")


async def test_a_full_inbox_delays_messages_and_loses_none_and_their_order_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_INBOX_PER_SENDER", 4)
    monkeypatch.setattr("loopsy_daemon.wire.limits.BACKOFF_CAP_SECONDS", 0.1)
    async with friends(tmp_path) as pair:
        bodies = [f"{number}" for number in range(12)]
        sent = [await send(pair, body) for body in bodies]
        found: list[str] = []
        while len(found) < len(bodies):
            message = (await ask_own(pair.studio, WAIT, Wait(timeout_seconds=DEADLINE_SECONDS))).message
            assert message
            found.append(message.body)
            await ask_own(pair.studio, ACKNOWLEDGE, Acknowledge(ids=[message.id]))
        assert found == bodies
        for message_sent in sent:
            await sent_until(pair.laptop, message_sent.id, "acknowledged")


async def test_of_many_who_wait_each_message_goes_to_one_and_nobody_waits_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_WAITING_PER_ACTOR", 3)
    async with friends(tmp_path) as pair:
        wanted = Wait(timeout_seconds=DEADLINE_SECONDS)
        waiting = [asyncio.create_task(ask_own(pair.studio, WAIT, wanted)) for _ in range(3)]
        await asyncio.sleep(0)
        with pytest.raises(Refused, match="wait already"):
            await ask_own(pair.studio, WAIT, Wait(timeout_seconds=0.0))
        waiting.pop().cancel()
        sent = {(await send(pair, "a")).id, (await send(pair, "b")).id}
        found = await asyncio.gather(*waiting)
        assert {answer.message.id for answer in found if answer.message} == sent
        assert await ask_own(pair.studio, WAIT, Wait(timeout_seconds=0.05)) == Waited()


async def test_a_machine_that_was_set_up_anew_gets_what_it_had_not_acknowledged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(courier, "ASK_SECONDS", 0.1)
    async with friends(tmp_path) as pair:
        sent = await send(pair, "again")
        await sent_until(pair.laptop, sent.id, "delivered")
        assert pair.studio.exchange
        await pair.studio.exchange.exchange.database.run(lambda connection: connection.execute("DELETE FROM inbox"))
        message = (await ask_own(pair.studio, WAIT, Wait(timeout_seconds=DEADLINE_SECONDS))).message
        assert message
        assert message.id == sent.id
