import json
from pathlib import Path

import pytest

from loopsy_daemon.errors import LoopsyError
from loopsy_daemon.relay.phones import PhoneRecord, PhoneStore
from loopsy_daemon.wire.identifiers import encode_base64url
from tests.daemon.relay.rig import DEVICE_ID, phone_id


def record(number: int, label: str = "phone") -> PhoneRecord:
    return PhoneRecord(
        phone_id=phone_id(number), key=encode_base64url(bytes([number]) * 32), label=label, paired_at=float(number)
    )


def test_phones_are_kept_privately(tmp_path: Path) -> None:
    path = tmp_path / "phones.json"
    store = PhoneStore(path, DEVICE_ID)
    store.add(record(2))
    store.add(record(1))
    store.remove(phone_id(2))
    store.add(record(3))
    assert path.stat().st_mode & 0o777 == 0o600
    assert PhoneStore(path, DEVICE_ID).all() == [record(1), record(3)]


def test_phones_of_a_former_relay_are_not_this_ones(tmp_path: Path) -> None:
    PhoneStore(tmp_path / "phones.json", DEVICE_ID).add(record(1))
    assert len(PhoneStore(tmp_path / "phones.json", "b" * 39)) == 0


def test_when_a_phone_was_seen_is_written_later(tmp_path: Path) -> None:
    path = tmp_path / "phones.json"
    store = PhoneStore(path, DEVICE_ID)
    store.add(record(1))
    before = path.read_bytes()
    store.seen(phone_id(1), 7.0)
    store.seen(phone_id(9), 7.0)
    assert path.read_bytes() == before
    store.flush()
    kept = PhoneStore(path, DEVICE_ID).get(phone_id(1))
    assert kept
    assert kept.last_seen_at == 7.0


def test_a_phone_is_found_as_a_person_names_it(tmp_path: Path) -> None:
    store = PhoneStore(tmp_path / "phones.json", DEVICE_ID)
    for number, label in ((1, "Ada"), (2, "ada"), (1 << 120, "Bob")):
        store.add(
            PhoneRecord(
                phone_id=phone_id(number), key=encode_base64url(bytes(32)), label=label, paired_at=float(number)
            )
        )
    assert [phone.label for phone in store.find("ADA")] == ["Ada", "ada"]
    assert [phone.label for phone in store.find(phone_id(1))] == ["Ada"]
    assert [phone.label for phone in store.find(phone_id(1 << 120)[:4])] == ["Bob"]
    assert store.find(phone_id(1)[:3]) == []
    assert len(store.find("aaaa")) == 2


GOOD = {"phone_id": phone_id(1), "key": encode_base64url(bytes(32)), "label": "x", "paired_at": 1.0}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "nonsense",
        "[]",
        "{}",
        "\ud800",
        "[" * 100_000,
        json.dumps({"device_id": DEVICE_ID, "phones": [{**GOOD, "phone_id": "short"}]}),
        json.dumps({"device_id": DEVICE_ID, "phones": [{**GOOD, "key": "A" * 42 + "B"}]}),  # trailing bits
        json.dumps({"device_id": DEVICE_ID, "phones": [{**GOOD, "label": "x" * 65}]}),
    ],
    ids=range(9),
)
def test_a_damaged_file_is_named_and_kept(tmp_path: Path, content: str) -> None:
    path = tmp_path / "phones.json"
    path.write_bytes(content.encode(errors="surrogatepass"))
    path.chmod(0o600)
    with pytest.raises(LoopsyError, match=r"phones\.json is damaged") as damaged:
        PhoneStore(path, DEVICE_ID)
    assert damaged.value.hint
    assert path.read_bytes() == content.encode(errors="surrogatepass")


def test_a_phone_that_cannot_be_written_is_not_added(tmp_path: Path) -> None:
    store = PhoneStore(tmp_path / "gone" / "phones.json", DEVICE_ID)
    with pytest.raises(LoopsyError, match="cannot be written"):
        store.add(record(1))
    assert len(store) == 0
