import asyncio
import time

import pytest

from loopsy_daemon.relay import pairing
from loopsy_daemon.wire.pairing import decode_fragment
from tests.daemon.relay.rig import Rig


async def test_an_invitation_has_a_link_and_a_code_that_the_link_does_not_tell(rig: Rig) -> None:
    invitation = await rig.desk.open(300, 6)
    offer = decode_fragment(invitation.url.partition("#")[2])
    assert (offer.digits, len(invitation.code)) == (6, 6)
    assert invitation.code.isdigit()
    for secret in (invitation.url, invitation.code):
        assert secret not in repr(invitation)


async def test_a_newer_pairing_ends_the_former(rig: Rig) -> None:
    await rig.desk.open(300, 4)
    first = rig.desk.pairing
    await rig.desk.open(300, 4)
    assert rig.desk.pairing is not first
    assert rig.happened == [("pair.ended", {"outcome": "cancelled"})]


async def test_a_pairing_expires_and_says_so(rig: Rig) -> None:
    await rig.desk.open(0, 4)
    assert rig.desk.pairing is None
    while not rig.happened:
        await asyncio.sleep(0)
    assert rig.happened == [("pair.ended", {"outcome": "expired"})]


async def test_a_clock_that_jumps_ahead_ends_it_and_one_that_falls_back_does_not_prolong_it(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    await rig.desk.open(300, 4)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 301)
    assert rig.desk.pairing is None
    monkeypatch.setattr(time, "time", lambda: now)
    await rig.desk.open(0, 4)
    monkeypatch.setattr(time, "time", lambda: now - 3_600)
    while ("pair.ended", {"outcome": "expired"}) not in rig.happened:
        await asyncio.sleep(0)
    assert rig.desk.pairing is None


async def test_the_end_does_not_wait_for_a_relay_that_hangs(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairing, "_CLOSE_DEADLINE_SECONDS", 0.05)
    rig.api.hang = True
    rig.desk.forget_pending("x")
    await asyncio.wait_for(rig.desk.close(), 15)
    assert rig.api.deleted == ["x"]
    assert not rig.desk._deletions
