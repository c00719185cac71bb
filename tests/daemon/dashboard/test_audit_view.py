from pathlib import Path

import msgspec

from loopsy_daemon.dashboard.audit_view import MAX_LINES, newest_lines
from loopsy_daemon.lan.audit import AuditLine, AuditLog


def line(number: int, **more: str) -> AuditLine:
    return AuditLine(at=float(number), address="192.168.1.20", method="GET", path="/v1/health", status=200, **more)


def test_the_newest_lines_come_first_and_from_the_former_log_too(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    log = AuditLog(path, max_bytes=400)
    for number in range(8):
        log.write(line(number))
    assert path.with_name("audit.jsonl.1").exists()
    kept = [found.at for found in newest_lines(path, "")]
    assert kept == sorted(kept, reverse=True)
    assert kept[0] == 7.0
    assert len(kept) > path.read_bytes().count(b"\n") if path.exists() else kept


def test_a_filter_looks_at_values_and_not_at_their_names(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    log = AuditLog(path)
    log.write(line(1, name="Laptop", program="make"))
    log.write(line(2, name="tablet", file="/home/me/Notes"))
    assert [found.at for found in newest_lines(path, "LAPTOP")] == [1.0]
    assert [found.at for found in newest_lines(path, "notes")] == [2.0]
    assert [found.at for found in newest_lines(path, "200")] == [2.0, 1.0]
    assert newest_lines(path, "program") == []


def test_there_is_a_limit_and_what_is_no_line_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    lines = [msgspec.json.encode(line(number)) for number in range(MAX_LINES + 10)]
    path.write_bytes(b"\n".join([*lines, b'{"at": 1', b"\xff\xfe", b""]))
    assert [found.at for found in newest_lines(path, "")][:2] == [MAX_LINES + 9.0, MAX_LINES + 8.0]
    assert len(newest_lines(path, "")) == MAX_LINES
    assert newest_lines(tmp_path / "none.jsonl", "") == []
