"""Sessions on real programs: typing, snapshots, size, queries and the end."""

import asyncio
import gc
import sys
import weakref

import pytest

from loopsy_daemon.sessions.errors import BadRequest, SessionExited, UnknownSession
from loopsy_daemon.wire.errors import ProtocolViolation
from tests.daemon.sessions.programs import ECHO, RAW, A, B, Opener, open_session
from tests.daemon.sessions.recorder import DEADLINE_SECONDS, Recorder


async def test_a_viewer_sees_every_byte_and_then_the_exit(opened: Opener) -> None:
    session, viewer = opened("seq 1 100000; exit 4"), Recorder()
    viewer.attach(session)
    assert await viewer.until_exit() == (viewer.position, 4, None)
    assert viewer.output == b"".join(b"%d\r\n" % number for number in range(1, 100_001))
    assert not session.alive
    assert (session.info().code, session.info().alive, session.info().preview) == (4, False, "100000")


async def test_what_is_typed_arrives_and_is_acknowledged_when_written(opened: Opener) -> None:
    session, viewer = opened(ECHO), Recorder()
    attachment = viewer.attach(session)
    await viewer.until_output(b"ready")
    attachment.receive_input(0, b"hello")
    attachment.receive_input(5, b" world")
    assert viewer.input_acks == []
    await viewer.until_output(b"hello world")
    await viewer.until(lambda: bool(viewer.input_acks) and viewer.input_acks[-1] == 11)
    assert viewer.input_acks == [11]


async def test_what_made_a_program_end_is_acknowledged_before_the_end(opened: Opener) -> None:
    session, viewer = opened("echo ready; read x; exit 3"), Recorder()
    attachment = viewer.attach(session)
    await viewer.until_output(b"ready")
    attachment.receive_input(0, b"\n")
    assert (await viewer.until_exit())[1] == 3
    assert viewer.input_acks == [1]


async def test_repeated_input_is_dropped_and_acknowledged_again(opened: Opener) -> None:
    session, viewer = opened(ECHO), Recorder()
    attachment = viewer.attach(session)
    await viewer.until_output(b"ready")
    attachment.receive_input(0, b"abc")
    await viewer.until(lambda: viewer.input_acks == [3])
    attachment.receive_input(0, b"abc")
    await viewer.until(lambda: viewer.input_acks == [3, 3])
    attachment.receive_input(2, b"cd")
    await viewer.until_output(b"abcd")
    assert viewer.output.count(b"abc") == 1


async def test_input_with_a_gap_is_a_violation(opened: Opener) -> None:
    attachment = Recorder().attach(opened(ECHO))
    with pytest.raises(ProtocolViolation):
        attachment.receive_input(1, b"x")


async def test_a_program_that_does_not_read_gets_no_more_than_the_input_window(opened: Opener) -> None:
    session, viewer = opened([sys.executable, "-c", RAW + "print('ready', flush=True); time.sleep(60)"]), Recorder()
    attachment = viewer.attach(session)
    await viewer.until_output(b"ready")

    def type_until_refused() -> None:
        for offset in range(0, 1_000_000, 1_000):
            attachment.receive_input(offset, bytes(1_000))

    with pytest.raises(ProtocolViolation):
        type_until_refused()
    typed = attachment.record.input
    assert typed.written > 0
    assert 64_536 < typed.seen - typed.written <= 65_536


async def test_a_new_viewer_gets_the_screen_and_goes_on_where_it_ends(opened: Opener) -> None:
    session, first, second = opened(ECHO), Recorder(), Recorder()
    attachment = first.attach(session, A)
    await first.until_output(b"ready")
    attached = second.attach(session, B)
    assert attached.snapshot is not None
    assert b"ready" in attached.snapshot.data
    assert attached.base == session.log.end
    attachment.receive_input(0, b"more")
    await second.until_output(b"more")
    assert second.output == b"more"


@pytest.mark.parametrize(
    "unfinished", [b"\x1b[3", b"\x1b]0;half a ti", b"\xe6\xbc", b"\x1bP$q", b"\xf0\x9f\x91"], ids=repr
)
async def test_a_snapshot_stands_for_what_comes_before_a_sequence_or_character(
    opened: Opener, unfinished: bytes
) -> None:
    session, first, second = opened(ECHO), Recorder(), Recorder()
    attachment = first.attach(session, A)
    await first.until_output(b"ready")
    attachment.receive_input(0, b"text" + unfinished)
    await first.until_output(unfinished)
    attached = second.attach(session, B)
    assert attached.base == len(b"readytext")
    await second.until(lambda: second.output == unfinished)


async def test_a_string_too_long_to_keep_is_swallowed_by_who_attaches_inside(opened: Opener) -> None:
    session = opened(
        ["/bin/sh", "-c", "printf '\\033]52;c;'; head -c 3000000 /dev/zero | tr '\\0' A; printf '.'; sleep 60"]
    )
    first = Recorder()
    first.attach(session, A)
    await first.until_output(b"A.")
    snapshot = Recorder().attach(session, B).snapshot
    assert snapshot is not None
    assert snapshot.data.endswith(b"\x1b]65535;")


async def test_who_attached_last_leads_until_somebody_types(opened: Opener) -> None:
    session, first, second = opened(ECHO), Recorder(), Recorder()
    one = first.attach(session, A, cols=100, rows=30)
    assert (one.leader, one.cols, one.rows) == (True, 100, 30)
    two = second.attach(session, B, cols=50, rows=20)
    assert (two.leader, two.cols, two.rows) == (True, 50, 20)
    assert first.resized[-1][1:] == (50, 20, False)
    await first.until_output(b"ready")
    one.receive_input(0, b"x")
    assert first.resized[-1][1:] == (100, 30, True)
    assert second.resized[-1][1:] == (100, 30, False)
    third = Recorder()
    assert not third.attach(session, b"c" * 16, cols=60, rows=10).leader
    assert (session.info().cols, session.info().rows) == (100, 30)


async def test_only_the_leaders_size_counts_and_anyone_may_claim(opened: Opener) -> None:
    session, first, second = (
        opened("trap 'stty size' WINCH; echo armed; while :; do sleep 0.02; done"),
        Recorder(),
        Recorder(),
    )
    one, two = first.attach(session, A, cols=100, rows=30), second.attach(session, B, cols=50, rows=20)
    await first.until_output(b"armed")
    one.resize(101, 31)
    assert session.info().cols == 50
    two.resize(51, 21)
    assert session.info().cols == 51
    one.claim(90, 29)
    assert (session.info().cols, session.info().rows) == (90, 29)
    await first.until_output(b"29 90")
    two.resize(52, 22)
    assert session.info().cols == 90


async def test_when_the_leader_leaves_another_leads_and_the_size_stays_until_it_acts(opened: Opener) -> None:
    session, first, second = opened(ECHO), Recorder(), Recorder()
    first.attach(session, A, cols=100, rows=30)
    two = second.attach(session, B, cols=50, rows=20)
    await second.until_output(b"ready")
    two.receive_input(0, b"x")
    second.cut()
    assert first.resized[-1][1:] == (50, 20, True)
    back = Recorder()
    assert back.attach(session, B, cols=50, rows=20).leader  # it typed last
    back.cut()
    assert first.attachment is not None
    first.attachment.resize(100, 31)
    assert (session.info().cols, session.info().rows) == (100, 31)


@pytest.mark.parametrize("viewers", [0, 1, 3])
async def test_a_query_is_answered_exactly_once(opened: Opener, viewers: int) -> None:
    ask = (
        RAW + "os.write(1, b'\\x1b[c\\x1b[5n'); got = b''\n"
        "while not got.endswith(b'0n'): got += os.read(0, 999)\n"
        "print('got', got.hex(), flush=True)"
    )
    session = opened([sys.executable, "-c", ask])
    recorders = [Recorder() for _ in range(viewers)]
    for number, recorder in enumerate(recorders):
        recorder.attach(session, bytes([number]) * 16)
    watcher = recorders[0] if recorders else Recorder()
    if not recorders:
        async with asyncio.timeout(20):
            while session.alive:
                await asyncio.sleep(0.01)
        watcher.attach(session, have=0)
    await watcher.until_exit()
    assert b"got " + b"\x1b[?62;22c\x1b[0n".hex().encode() in watcher.output


async def test_an_exited_session_still_shows_its_last_screen(opened: Opener) -> None:
    session, first = opened("echo bye; kill -9 $$"), Recorder()
    first.attach(session)
    assert (await first.until_exit())[1:] == (None, "KILL")
    late = Recorder()
    attachment = late.attach(session, B, cols=100, rows=50)
    assert attachment.snapshot is not None
    assert b"bye" in attachment.snapshot.data
    assert late.exit == (session.log.end, None, "KILL")
    assert not attachment.leader
    attachment.receive_input(0, b"nobody reads this")
    with pytest.raises(SessionExited):
        session.kill()


async def test_a_bell_is_told_as_the_end_of_the_output_that_rang(opened: Opener) -> None:
    session, viewer = opened(r"printf 'done\007'; read _; printf '\033]2;title\007'; read _"), Recorder()
    attachment = viewer.attach(session)
    await viewer.until_output(b"done\x07")
    assert session.info().bell == len(b"done\x07") == viewer.position
    attachment.receive_input(0, b"\n")
    await viewer.until(lambda: session.info().title == "title")
    assert session.info().bell == len(b"done\x07"), "the end of a title is no bell"


async def test_an_unknown_signal_is_refused(opened: Opener) -> None:
    session = opened("sleep 60")
    with pytest.raises(BadRequest):
        session.signal("WINCH")


async def test_a_closed_session_sends_nothing_and_refuses_clients(opened: Opener) -> None:
    session, viewer = opened("sleep 60"), Recorder()
    viewer.attach(session)
    session.close()
    viewer.is_cut = True
    assert session.info().clients == 0
    with pytest.raises(UnknownSession):
        Recorder().attach(session)


async def test_a_closed_session_is_gone_without_the_garbage_collector() -> None:
    session, viewer = open_session("printf 'a line\\n\\033]0;title\\007'; exec sleep 600"), Recorder()
    attachment = viewer.attach(session)
    await viewer.until_output(b"title")
    attachment.resize(40, 10)  # waits to take effect
    parts = [weakref.ref(part) for part in (session, session.screen, session.log, session.lead, attachment)]
    gc.collect()
    gc.disable()
    try:
        session.close()
        viewer.attachment = None
        del session, attachment
        async with asyncio.timeout(DEADLINE_SECONDS):
            while alive := [part() for part in parts if part() is not None]:
                del alive
                await asyncio.sleep(0.01)
    finally:
        gc.enable()
