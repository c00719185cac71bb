import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopsy_daemon.config import LanConfig
from loopsy_daemon.lan.denylist import denied_program

DENY = LanConfig().deny


@pytest.mark.parametrize(
    ("command", "program"),
    [
        (["rm", "-rf", "/"], "rm"),
        (["/bin/rm", "x"], "rm"),
        (["mkfs.ext4", "/dev/sda"], "mkfs.ext4"),
        (["sh", "-c", "cd /tmp && rm -rf x"], "rm"),
        (["bash", "-lc", "echo hello; reboot"], "reboot"),
        (["sh", "-c", "A=1 rm x"], "rm"),
        (["sh", "-c", "if true; then rm x; fi"], "rm"),
        (["sh", "-c", "echo $(rm x)"], "rm"),
        (["sh", "-c", "ls\nrm x"], "rm"),
        (["sudo", "-n", "rm", "x"], "rm"),
        (["env", "-i", "A=1", "nice", "-n", "5", "dd", "if=/dev/zero"], "dd"),
        (["timeout", "5", "sh", "-c", "shutdown now"], "shutdown"),
        (["xargs", "rm"], "rm"),
        (["find", ".", "-name", "x", "-exec", "rm", "{}", ";"], "rm"),
        (["sh", "-c", "sh -c 'sh -c \"rm x\"'"], "rm"),
    ],
)
def test_an_accident_is_prevented(command: list[str], program: str) -> None:
    assert denied_program(command, DENY) == program


@pytest.mark.parametrize(
    "command",
    [
        ["echo", "rm"],
        ["git", "rm", "x"],
        ["make", "format"],
        ["sh", "-c", "echo rm; git rm x"],
        ["grep", "-c", "rm x", "file"],
        ["find", ".", "-name", "rm"],
        ["sh", "-c", "echo 'open quote"],
        ["docker", "run", "--rm", "image"],
    ],
)
def test_what_only_looks_like_one_is_let_through(command: list[str]) -> None:
    assert denied_program(command, DENY) is None


@given(st.lists(st.sampled_from(["env", "sh", "-c", "find", "-exec", "x", "sh -c sh", ";"]), min_size=1, max_size=400))
def test_no_command_takes_long_to_look_through(command: list[str]) -> None:
    assert denied_program(command, DENY) is None


def test_an_empty_list_denies_nothing() -> None:
    assert denied_program(["rm", "x"], []) is None
