import pytest

from loopsy_daemon.errors import LoopsyError
from loopsy_daemon.relay.channels import MAX_CONNECTIONS
from loopsy_daemon.relay.phones import PhoneStore
from loopsy_daemon.wire.errors import ProtocolViolation
from tests.daemon.relay.rig import DEVICE_ID, Rig, SimulatedPhone, phone_id

NO_DISK_PATH = "no-such-directory/phones.json"


async def test_a_phone_pairs_with_its_first_transport_message_and_not_before(rig: Rig) -> None:
    phone = SimulatedPhone(rig, 1, 1)
    rig.channels.phone_up(1, phone.id)
    phone.handshake(await rig.open_pairing())
    assert len(rig.phones) == 0
    assert rig.channels.online() == set()
    phone.say(b"hello")
    assert [record.phone_id for record in rig.phones.all()] == rig.link.confirmed == [phone.id]
    assert rig.clients[0].received == [b"hello"]
    assert phone.transport.open(rig.link.frames[-1][1]) == b"hello"
    assert rig.channels.online() == {phone.id}
    assert rig.names() == ["pair.ended", "phone.paired", "phone.connected"]


async def test_a_paired_phone_comes_back_and_another_key_does_not(rig: Rig) -> None:
    phone = await rig.paired(1, 1)
    rig.channels.phone_down(1)
    rig.channels.phone_up(2, phone.id)
    phone.conn = 2
    phone.handshake().say(b"again")
    assert rig.clients[-1].received == [b"again"]
    stranger = SimulatedPhone(rig, 1, 3)
    rig.channels.phone_up(3, stranger.id)
    rig.channels.frame(3, stranger.initiator().first_frame)
    assert rig.link.closed == [(3, 4003)]


async def test_a_handshake_for_another_device_key_is_refused_as_unpaired(rig: Rig) -> None:
    rig.channels.phone_up(1, phone_id(1))
    rig.channels.frame(1, b"\x01" + bytes(96))
    rig.channels.phone_up(2, phone_id(1))
    rig.channels.frame(2, b"\x02" + bytes(96))
    rig.channels.phone_up(3, phone_id(1))
    rig.channels.frame(3, b"\x03" + bytes(96))
    assert rig.link.closed == [(1, 4003), (2, 4006), (3, 4010)]


async def test_a_handshake_starts_afresh(rig: Rig) -> None:
    phone = await rig.paired(1, 1)
    old = phone.transport
    phone.handshake()
    assert not rig.clients[0].is_connected
    rig.clients[0].transport.send(b"late")
    assert rig.link.frames[-1][1] != b"late"
    assert len(rig.link.frames) == 1, "the client of the former channel is silent"
    phone.say(b"new")
    assert rig.clients[1].received == [b"new"]
    rig.channels.frame(1, old.seal(b"old"))
    assert rig.link.closed == [(1, 4010)]


async def test_frames_without_a_connection_or_a_channel_are_dropped(rig: Rig) -> None:
    rig.channels.frame(9, b"\x01" + bytes(96))
    rig.channels.phone_up(1, phone_id(1))
    rig.channels.frame(1, b"\x00" + bytes(40))
    rig.channels.frame(1, b"")
    assert (rig.link.closed, rig.link.frames) == ([], [])


async def test_a_connection_number_that_is_used_again_leaves_no_client_behind(rig: Rig) -> None:
    await rig.paired(1, 1)
    rig.channels.phone_up(1, phone_id(2))
    assert not rig.clients[0].is_connected
    assert rig.channels.online() == set()


async def test_a_relay_cannot_name_connections_without_end(rig: Rig) -> None:
    for conn in range(1, MAX_CONNECTIONS + 1):
        rig.channels.phone_up(conn, phone_id(conn))
    with pytest.raises(ProtocolViolation):
        rig.channels.phone_up(MAX_CONNECTIONS + 1, phone_id(1))
    rig.channels.phone_up(1, phone_id(1))


async def test_five_wrong_codes_end_the_pairing_and_delete_the_pending_phone(rig: Rig) -> None:
    await rig.open_pairing()
    for attempt in range(1, 6):
        rig.channels.phone_up(attempt, phone_id(1))
        rig.channels.frame(attempt, SimulatedPhone(rig, 1, attempt).initiator(bytes(32)).first_frame)
    await rig.desk.close()
    assert [code for _, code in rig.link.closed] == [4005, 4005, 4005, 4005, 4006]
    assert rig.api.deleted == [phone_id(1)]
    assert rig.happened[-1] == ("pair.ended", {"outcome": "refused"})


async def test_a_paired_phone_that_types_wrong_codes_stays_known_to_the_relay(rig: Rig) -> None:
    phone = await rig.paired(1, 1)
    await rig.open_pairing()
    for _ in range(5):
        rig.channels.phone_up(1, phone.id)
        rig.channels.frame(1, phone.initiator(bytes(32)).first_frame)
    await rig.desk.close()
    assert rig.api.deleted == []
    assert rig.phones.get(phone.id)


async def test_two_connections_of_the_phone_that_pairs_do_not_unpair_it(rig: Rig) -> None:
    psk = await rig.open_pairing()
    first, second = SimulatedPhone(rig, 1, 1), SimulatedPhone(rig, 1, 2)
    for phone in (first, second):
        rig.channels.phone_up(phone.conn, phone.id)
        phone.handshake(psk)
    first.say(b"hello")
    second.say(b"hello")
    await rig.desk.close()
    assert rig.link.closed == [(2, 4006)]
    assert rig.api.deleted == [], "the relay still knows the phone"
    assert rig.phones.get(first.id)


async def test_the_code_of_an_earlier_pairing_has_no_part_in_a_later_one(rig: Rig) -> None:
    phone = SimulatedPhone(rig, 1, 1)
    rig.channels.phone_up(1, phone.id)
    phone.handshake(await rig.open_pairing())
    await rig.open_pairing()
    phone.say(b"hello")
    assert rig.link.closed == [(1, 4006)]
    assert len(rig.phones) == 0
    assert rig.desk.pairing, "the later one is still open"
    await rig.desk.close()
    assert rig.api.deleted == [phone.id]


async def test_a_phone_that_cannot_be_stored_is_not_paired(rig: Rig) -> None:
    rig.phones._path = rig.directory / NO_DISK_PATH
    phone = SimulatedPhone(rig, 1, 1)
    rig.channels.phone_up(1, phone.id)
    phone.handshake(await rig.open_pairing())
    phone.say(b"hello")
    assert (len(rig.phones), rig.clients, rig.link.confirmed) == (0, [], [])
    assert rig.link.closed == [(1, 4006)]
    assert ("pair.ended", {"outcome": "not_stored"}) in rig.happened
    await rig.desk.close()
    assert rig.api.deleted == [phone.id]


async def test_a_revoked_phone_is_out_even_if_that_cannot_be_stored(rig: Rig) -> None:
    phone, other = await rig.paired(1, 1), await rig.paired(2, 2)
    rig.phones._path = rig.directory / NO_DISK_PATH
    with pytest.raises(LoopsyError, match=r"phones\.json cannot be written"):
        rig.channels.revoke(phone.id)
    assert rig.link.closed == [(1, 4003)]
    assert rig.channels.online() == {other.id}
    rig.channels.phone_up(3, phone.id)
    phone.conn = 3
    rig.channels.frame(3, phone.initiator().first_frame)
    assert rig.link.closed[-1] == (3, 4003)
    assert ("phone.disconnected", {"phone_id": phone.id, "label": "phone 1"}) in rig.happened


async def test_a_full_disk_does_not_end_the_link(rig: Rig) -> None:
    await rig.paired(1, 1)
    rig.phones._path = rig.directory / NO_DISK_PATH
    rig.channels.link_down()
    rig.channels.link_up()
    assert rig.names()[-2:] == ["relay.disconnected", "relay.connected"]


async def test_the_end_of_the_link_ends_every_client_and_remembers_when(rig: Rig) -> None:
    phone = await rig.paired(1, 1)
    rig.channels.link_down()
    assert not rig.clients[0].is_connected
    stored = PhoneStore(rig.directory / "phones.json", DEVICE_ID).get(phone.id)
    assert stored
    assert stored.last_seen_at
    rig.link.confirmed.clear()
    rig.channels.link_up()
    assert rig.link.confirmed == [phone.id], "the relay may not have been told"
