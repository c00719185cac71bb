from collections.abc import Iterator
from pathlib import Path

import pytest

from loopsy_daemon.lan.audit import AuditLine, AuditLog
from loopsy_daemon.lan.audit_reading import AuditReader, is_of


def line(number: int, **more: str) -> AuditLine:
    return AuditLine(at=float(number), address="192.168.1.9", method="GET", path="/v1/health", status=200, **more)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "logs" / "audit.jsonl"


@pytest.fixture
def reader(path: Path) -> Iterator[AuditReader]:
    with AuditReader(path) as made:
        yield made


def numbers(reader: AuditReader) -> list[int]:
    return [int(found.at) for found in reader.lines()]


def test_nothing_is_lost_or_read_twice_however_often_the_log_is_full(path: Path, reader: AuditReader) -> None:
    assert numbers(reader) == []
    log = AuditLog(path, max_bytes=240)
    written = 0
    for amount in (1, 2, 3, 1, 1, 2, 3, 3):  # three lines fill it
        log_numbers = list(range(written, written + amount))
        for number in log_numbers:
            log.write(line(number))
        written += amount
        assert numbers(reader) == log_numbers
        assert numbers(reader) == []
    assert path.with_name("audit.jsonl.1").exists()


def test_who_comes_later_reads_the_full_one_and_the_new_one_once(path: Path) -> None:
    log = AuditLog(path, max_bytes=240)
    for number in range(3):
        log.write(line(number))
    assert not path.exists()  # it has just been full
    with AuditReader(path) as reader:
        assert numbers(reader) == [0, 1, 2]
        assert numbers(reader) == []
        log.write(line(3))
        assert numbers(reader) == [3]
    with AuditReader(path) as reader:
        assert numbers(reader) == [0, 1, 2, 3]


def test_a_half_written_line_is_awaited_and_a_damaged_one_left_out(path: Path, reader: AuditReader) -> None:
    AuditLog(path).write(line(1))
    whole = path.read_bytes()
    with path.open("ab") as file:
        file.write(b"{]\n\xff\n" + whole[:20])
        file.flush()
        assert numbers(reader) == [1]
        file.write(whole[20:])
        file.flush()
        assert numbers(reader) == [1]


def test_a_peer_is_found_by_name_and_by_the_beginning_of_its_id() -> None:
    lines = [line(1, name="Studio", peer="abcdij"), line(2, name="attic", peer="efghkl"), line(3)]
    assert [int(found.at) for found in lines if is_of("studio")(found)] == [1]
    assert [int(found.at) for found in lines if is_of("efgh")(found)] == [2]
    assert not any(is_of("e")(found) for found in lines)
