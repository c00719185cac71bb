import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopsy_daemon.transfer.names import MAX_NAME_BYTES, numbered_name, safe_name


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        ("photo.jpg", "photo.jpg"),
        ("Screen Shot 1.png", "Screen Shot 1.png"),
        ("写真 2026.heic", "写真 2026.heic"),
        ("e\u0301t\u00e9.txt", "été.txt"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("..", "file"),
        ("", "file"),
        (".bashrc", "bashrc"),
        ("-rf", "rf"),
        ("~", "file"),
        ("a\x00b\nc\x1b[2Jd", "abc[2Jd"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("\ud800x", "x"),
        ("C:\\temp\\x", "C__temp_x"),
        ("con", "_con"),
        ("NUL.txt", "_NUL.txt"),
        ("console.log", "console.log"),
        ("trailing. . ", "trailing"),
        ("<b>$(rm) `x`'\"", "_b_$(rm) `x`'_"),
    ],
)
def test_names_stay_as_they_are_wished_as_far_as_is_safe(wanted: str, name: str) -> None:
    assert safe_name(wanted) == name


def test_a_long_name_keeps_its_ending_and_whole_characters() -> None:
    name = safe_name("字" * 300 + ".jpeg")
    assert name.endswith("字.jpeg")
    assert len(name.encode()) <= MAX_NAME_BYTES
    assert numbered_name(name, 12).endswith("字-12.jpeg")
    assert len(numbered_name(name, 12).encode()) <= MAX_NAME_BYTES


def test_a_taken_name_is_numbered() -> None:
    assert [numbered_name("a.tar.gz", number) for number in (1, 2, 3)] == ["a.tar.gz", "a.tar-2.gz", "a.tar-3.gz"]
    assert numbered_name("Makefile", 2) == "Makefile-2"


@given(wanted=st.text(max_size=400))
def test_no_wish_becomes_a_path_or_steers_a_terminal(wanted: str) -> None:
    name = safe_name(wanted)
    assert 1 <= len(name.encode()) <= MAX_NAME_BYTES
    assert "/" not in name
    assert name[0] not in ".- ~"
    assert all(unicodedata.category(character)[0] != "C" for character in name)
    assert safe_name(name) == name
