import msgspec

from loopsy_daemon.service.session_list import MAX_LIST_BYTES, sendable
from loopsy_daemon.wire import frames, limits, messages


def info(number: int, *, cwd: str = "/home/ada", text: str = "ok") -> messages.SessionInfo:
    return messages.SessionInfo(
        id=f"{number:013d}", agent="shell", name=f"shell {number}", title=text, cwd=cwd, cols=80, rows=24,
        created_at=1.0, active_at=1.0, alive=True, clients=0, preview=text,
    )  # fmt: skip


def test_a_list_that_fits_is_sent_as_it_is() -> None:
    infos = [info(number) for number in range(64)]
    assert sendable(infos) == infos


def test_the_longest_texts_of_64_sessions_still_fit_into_one_message() -> None:
    wide = "\N{GRINNING FACE}" * limits.MAX_PREVIEW_CHARACTERS
    infos = sendable([info(number, cwd="/" + "d" * 4_095, text=wide) for number in range(64)])
    message = frames.encode_control(messages.encode(messages.Sessions(sessions=infos)))
    assert len(message) <= limits.MAX_PLAINTEXT_BYTES
    assert len(msgspec.msgpack.encode(infos)) <= MAX_LIST_BYTES
    assert infos[0].cwd.startswith("…")
    assert (infos[63].id, infos[63].name) == (f"{63:013d}", "shell 63")


def test_the_preview_goes_first() -> None:
    infos = sendable([info(number, text="x" * 500) for number in range(64)])
    assert {found.preview for found in infos} == {""}
    assert {found.title for found in infos} == {"x" * 500}


def test_a_directory_whose_name_is_no_text_can_be_sent() -> None:
    (found,) = sendable([info(1, cwd="/tmp/\udcff")])
    assert found.cwd == "/tmp/?"
