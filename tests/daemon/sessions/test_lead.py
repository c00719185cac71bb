"""Who leads a session: visibility, sizes that shrink late, and the colours that programs are told."""

import asyncio
import sys

from loopsy_daemon.sessions.session import Session
from tests.daemon.sessions.programs import ECHO, RAW, A, B, Opener
from tests.daemon.sessions.recorder import Recorder

LIGHT = bytes.fromhex("232a36 fbfcfe 0b62c4")
DARK = bytes.fromhex("d3d9e4 0b0e14 7cc4ff")


def size(session: Session) -> tuple[int, int]:
    return session.info().cols, session.info().rows


async def test_a_hidden_client_gives_up_the_lead_and_gets_it_back_when_it_is_seen_again(opened: Opener) -> None:
    session, phone, desk = opened(ECHO), Recorder(), Recorder()
    at_desk = desk.attach(session, A, cols=100, rows=30)
    on_phone = phone.attach(session, B, cols=50, rows=20)
    await phone.until_output(b"ready")
    on_phone.receive_input(0, b"x")
    on_phone.show(False)
    assert desk.resized[-1][1:] == (50, 20, True)  # the size stays until the new leader acts
    at_desk.resize(101, 30)
    assert size(session) == (101, 30)
    on_phone.show(True)
    assert phone.resized[-1][1:] == (101, 30, True)
    assert desk.resized[-1][3] is False


async def test_a_client_that_attaches_hidden_does_not_lead(opened: Opener) -> None:
    session, phone, hidden = opened(ECHO), Recorder(), Recorder()
    phone.attach(session, A, cols=50, rows=20)
    assert not hidden.attach(session, B, cols=100, rows=30, is_visible=False).leader
    assert size(session) == (50, 20)


async def test_where_all_are_hidden_who_led_leads(opened: Opener) -> None:
    session, phone = opened(ECHO), Recorder()
    attachment = phone.attach(session, A, cols=50, rows=20)
    attachment.show(False)
    attachment.resize(60, 20)
    assert size(session) == (60, 20)


async def test_a_window_that_is_dragged_smaller_resizes_the_program_once_and_larger_at_once(opened: Opener) -> None:
    session, viewer = opened(ECHO), Recorder()
    attachment = viewer.attach(session, A, cols=100, rows=30)
    for cols in range(99, 59, -1):
        attachment.resize(cols, 30)
    assert size(session) == (100, 30)
    await viewer.until(lambda: bool(viewer.resized))
    assert [change[1:3] for change in viewer.resized] == [(60, 30)]
    attachment.resize(61, 31)
    assert size(session) == (61, 31)


async def test_a_smaller_size_that_is_taken_back_in_time_never_comes(opened: Opener) -> None:
    session, viewer = opened(ECHO), Recorder()
    attachment = viewer.attach(session, A, cols=100, rows=30)
    attachment.resize(50, 30)
    attachment.resize(100, 30)
    await asyncio.sleep(0.35)
    assert (size(session), viewer.resized) == ((100, 30), [])


def answers(colours: bytes) -> bytes:
    """Return what a program reads that asks for three colours and its terminal's health."""
    parts = [colours[start : start + 3] for start in (0, 3, 6)]
    return (
        b"".join(
            b"\x1b]%d;rgb:%s\x07" % (10 + number, b"/".join(b"%02x%02x" % (value, value) for value in part))
            for number, part in enumerate(parts)
        )
        + b"\x1b[0n"
    )


async def asked(viewer: Recorder, position: int) -> bytes:
    """Press a key, and return what the program then read as the answer to its questions for colours."""
    assert viewer.attachment is not None
    before = len(viewer.output)
    viewer.attachment.receive_input(position, b"?")
    await viewer.until(lambda: viewer.output.find(b"<end>", before) >= 0)
    start, end = viewer.output.find(b"<got>", before), viewer.output.find(b"<end>", before)
    return bytes.fromhex(viewer.output[start + len(b"<got>") : end].decode())


async def test_programs_are_told_the_leaders_colours_exactly_once(opened: Opener) -> None:
    ask = (
        RAW + "os.write(1, b'ready')\n"
        "while True:\n"
        "    os.read(0, 1)\n"
        "    os.write(1, b'\\x1b]10;?\\x07\\x1b]11;?\\x07\\x1b]12;?\\x07\\x1b[5n'); got = b''\n"
        "    while not got.endswith(b'\\x1b[0n'): got += os.read(0, 999)\n"
        "    sys.stdout.write('<got>' + got.hex() + '<end>'); sys.stdout.flush()\n"
    )
    session, phone, desk = opened([sys.executable, "-c", ask]), Recorder(), Recorder()
    on_phone = phone.attach(session, B, colours=LIGHT)
    await phone.until_output(b"ready")

    assert await asked(phone, 0) == answers(LIGHT)
    on_phone.wear(DARK)
    assert await asked(phone, 1) == answers(DARK)
    desk.attach(session, A, colours=LIGHT)
    assert await asked(desk, 0) == answers(LIGHT)
    phone.cut()
    desk.cut()
    later = Recorder()
    later.attach(session, A)
    assert await asked(later, 1) == answers(LIGHT)
