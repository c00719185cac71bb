import shlex
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopsy_daemon.transfer.names import safe_name
from loopsy_daemon.transfer.quoting import typed_path


@pytest.mark.parametrize(
    ("path", "shell", "agent"),
    [
        ("/home/ada/photo.jpg", "/home/ada/photo.jpg", "/home/ada/photo.jpg"),
        ("/home/ada/my photo.jpg", "'/home/ada/my photo.jpg'", r"/home/ada/my\ photo.jpg"),
        ("/home/ada/it's $(id).png", "'/home/ada/it'\"'\"'s $(id).png'", r"/home/ada/it\'s\ \$\(id\).png"),
        ("/home/ada/写真.heic", "'/home/ada/写真.heic'", "/home/ada/写真.heic"),
    ],
)
def test_a_path_is_quoted_as_the_program_of_the_session_takes_it(path: str, shell: str, agent: str) -> None:
    assert typed_path(path, "shell") == shell
    assert typed_path(path, "claude") == agent


@given(name=st.text(max_size=60), agent=st.sampled_from(["shell", "claude"]))
def test_whatever_the_name_it_is_one_word(name: str, agent: str) -> None:
    path = f"/home/ada/{safe_name(name)}"
    assert shlex.split(typed_path(path, agent)) == [path]


def test_a_real_shell_takes_it_for_one_argument() -> None:
    path = "/tmp/" + safe_name("$HOME `id` !! #x; & it's.txt")
    printed = subprocess.run(["sh", "-c", f"printf %s {typed_path(path, 'shell')}"], capture_output=True, check=True)
    assert printed.stdout.decode() == path
