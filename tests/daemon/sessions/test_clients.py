"""What a session remembers of its clients."""

from loopsy_daemon.keeper.input_marks import InputMarks
from loopsy_daemon.keeper.ring import Ring
from loopsy_daemon.sessions.clients import ClientBook


def new_book(remembered: int = 32) -> ClientBook:
    return ClientBook(InputMarks(Ring.create(65_536)), remembered)


def client(number: int) -> bytes:
    return number.to_bytes(16)


def test_a_client_is_remembered_with_what_it_typed() -> None:
    book = new_book()
    book.record(client(1)).input.accept(0, b"abc")
    assert book.record(client(1)).input.seen == 3


def test_the_clients_seen_last_are_remembered_and_older_ones_forgotten() -> None:
    book = new_book(remembered=32)
    for number in range(40):
        record = book.record(client(number))
        record.input.record_written(len(record.input.accept(0, b"x")))
    assert [number for number in range(8, 40) if book.record(client(number)).input.seen != 1] == []
    assert book.record(client(0)).input.seen == 0


def test_who_is_attached_or_has_input_waiting_is_not_forgotten() -> None:
    book = new_book(remembered=1)
    attached, waiting = book.record(client(1)), book.record(client(2), {client(1)})
    attached.input.record_written(len(attached.input.accept(0, b"x")))
    waiting.input.accept(0, b"y")
    for number in range(3, 9):
        book.record(client(number), {client(1)})
    assert book.record(client(1)) is attached
    assert book.record(client(2)) is waiting
