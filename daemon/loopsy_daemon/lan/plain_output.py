"""Output of a terminal as plain lines: without sequences, with lines as they were at last (pure)."""

import codecs
import re
from typing import Final

# ECMA-48: control sequences, strings up to their end, other escapes.
_SEQUENCE: Final = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-OQ-WYZ\\`-~])")
_UNFINISHED: Final = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*|[\]PX^_][^\x07\x1b]*\x1b?|[ -/]*)\Z")
_LONGEST_SEQUENCE_BYTES: Final = 4_096
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def plain_output(data: bytes, *, is_last: bool) -> tuple[str, int]:
    """Return the text of output and how many of its bytes it stands for.

    What ends in the middle of a character, a sequence or a line end is left for the next time, unless it `is_last`.
    """
    end = len(data)
    if not is_last:
        unfinished = _UNFINISHED.search(data, max(0, end - _LONGEST_SEQUENCE_BYTES))
        if unfinished:
            end = unfinished.start()
        elif data.endswith(b"\r"):
            end -= 1
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        decoder.decode(data[:end])
        end -= len(decoder.getstate()[0])
    text = _SEQUENCE.sub(b"", data[:end]).decode(errors="replace").replace("\r\n", "\n")
    return "\n".join(map(_shown, text.split("\n"))), end


def _shown(line: str) -> str:
    """Return what a line shows that was written over with carriage returns and backspaces."""
    line = line.rstrip("\r").rpartition("\r")[2]
    if "\b" in line:
        left: list[str] = []
        for character in line:
            if character != "\b":
                left.append(character)
            elif left:
                left.pop()
        line = "".join(left)
    return _CONTROLS.sub("", line)
