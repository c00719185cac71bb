"""Turns on a link that several streams share."""

from loopsy_daemon.wire.turns import Turns


def test_nobody_waits_for_a_link_with_room() -> None:
    assert not Turns().must_wait


def test_those_who_wait_send_one_message_each_in_turn() -> None:
    turns, sent = Turns(), []
    left = {"a": 3, "b": 1, "c": 2}

    def send(name: str) -> None:
        sent.append(name)
        left[name] -= 1
        if left[name]:
            turns.wait(lambda: send(name))

    turns.link_filled()
    assert turns.must_wait
    for name in left:
        turns.wait(lambda name=name: send(name))  # type: ignore[misc]
    turns.link_drained()
    assert "".join(sent) == "abcaca"
    assert not turns.must_wait


def test_turns_end_when_the_link_is_full_again_and_go_on_with_who_is_next() -> None:
    turns, sent = Turns(), []

    def send(name: str) -> None:
        sent.append(name)
        turns.link_filled()

    turns.link_filled()
    for name in "abc":
        turns.wait(lambda name=name: send(name))  # type: ignore[misc]
    turns.link_drained()
    assert sent == ["a"]
    turns.link_drained()
    assert sent == ["a", "b"]


def test_who_waited_for_a_link_that_is_lost_is_forgotten() -> None:
    turns, sent = Turns(), []
    turns.link_filled()
    turns.wait(lambda: sent.append("a"))
    turns.link_lost()
    turns.link_drained()
    assert (sent, turns.must_wait) == ([], False)
