"""What a session may be called."""

import pytest

from loopsy_daemon.sessions.errors import BadRequest, NameTaken
from loopsy_daemon.sessions.names import free_name, require_free_name, require_valid_name


@pytest.mark.parametrize("name", ["a", "my work", "漢字", "👨‍👩‍👧", "x" * 64])
def test_readable_names_are_valid(name: str) -> None:
    require_valid_name(name)


@pytest.mark.parametrize("name", ["", "x" * 65, "a\tb", "a\x1b[31m", "a\x7f", "a\u0085b", " a", "a\n", "\ud800"])
def test_names_that_could_steer_a_terminal_or_hide_are_refused(name: str) -> None:
    with pytest.raises(BadRequest):
        require_valid_name(name)


def test_a_taken_name_is_refused() -> None:
    require_free_name("a", {"b"})
    with pytest.raises(NameTaken):
        require_free_name("a", {"a"})


def test_the_lowest_free_number_is_taken() -> None:
    assert free_name("shell", set()) == "shell"
    assert free_name("shell", {"shell"}) == "shell-2"
    assert free_name("shell", {"shell", "shell-2", "shell-4"}) == "shell-3"
