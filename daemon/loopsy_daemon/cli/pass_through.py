"""Pure: what of a program's output the local terminal may see as it is.

The program shares the terminal's alternate screen with nobody, but the rest of the terminal is the person's. So what
would reach beyond that screen is left out or put differently:

- queries: the daemon's terminal model has answered them, and a second answer would arrive as if it had been typed;
- switching screens: the program's other screen is nowhere in this terminal, so it must be drawn anew;
- a full reset, erasing the scrollback, moving or resizing the window, saving its title.
"""

import re
from dataclasses import dataclass
from typing import Final

_STRING_BYTES: Final = 255
_END: Final = rb"(?:\x07|\x1b\\)"
_FOREIGN: Final = re.compile(
    rb"\x05"  # ENQ
    rb"|\x1bZ"  # DECID
    rb"|\x1b\[(?:"
    rb"[>=]?[0-9;]*c"  # device attributes
    rb"|\??[0-9;]*n"  # status and cursor position
    rb"|\??[0-9;]*\$p"  # mode
    rb"|>[0-9;]*q"  # name and version
    rb"|\?u"  # keyboard protocol
    rb"|\?[0-9;]*S"  # graphics
    rb"|[0-9;]*x"  # terminal parameters
    rb"|[0-9;]*t"  # window
    rb"|3J"  # scrollback
    rb")"
    rb"|\x1b\][^\x07\x1b]{0,%d};\?%b"  # colours and the clipboard: any command whose last value is `?`
    rb"|\x1bP[$+]q[^\x1b]{0,%d}\x1b\\"  # settings and capabilities
    rb"|(?P<reset>\x1bc)"
    rb"|\x1b\[\?(?P<modes>(?:[0-9]*;)*(?:47|1047|1049)(?:;[0-9]*)*)(?P<set>[hl])" % (_STRING_BYTES, _END, _STRING_BYTES)
)
_UNFINISHED: Final = re.compile(
    rb"\x1b(?:\[[0-9;>=?]{0,64}\$?|\][^\x07\x1b]{0,%d}\x1b?|P(?:[$+](?:q[^\x1b]{0,%d}\x1b?)?)?)?\Z"
    % (_STRING_BYTES + 2, _STRING_BYTES)
)
_SCREENS: Final = (b"47", b"1047", b"1049")
_EMPTY_SCREEN: Final = b"\x1b7\x1b[m\x1b[2J\x1b8"
# Everything that a program can have changed on a terminal is as usual again, and the screen is empty.
FRESH: Final = (
    b"\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1004l\x1b[?1005l\x1b[?1006l\x1b[?1015l\x1b[?1016l"  # mouse, focus
    b"\x1b[?2004l\x1b[?2026l\x1b[?1l\x1b>"  # bracketed paste, held frames, application keys
    b"\x1b[<8u\x1b[>4m"  # enhanced keyboards
    b"\x1b[r\x1b[!p\x1b[m\x1b(B\x1b)B\x0f\x1b[?5l\x1b[?6l\x1b[?7h\x1b[?25h\x1b[4l\x1b[0 q"  # region, pen, characters
    b"\x1b[H\x1b[2J"
)


@dataclass(frozen=True, slots=True)
class Passed:
    """What the terminal may see; with `redraw` it has to be followed by the screen as it is now, and not by output."""

    data: bytes
    redraw: bool = False


class PassThrough:
    """Holds back the beginning of what may not pass, until the rest comes."""

    def __init__(self) -> None:
        self._held = b""
        self._is_alternate = False

    @property
    def held_bytes(self) -> int:
        """How many bytes wait for what follows them."""
        return len(self._held)

    def forget_held(self) -> None:
        """Drop what waits: it will be fed again."""
        self._held = b""

    def feed(self, data: bytes) -> Passed:
        """Take the next bytes of output."""
        whole = self._held + data
        unfinished = _UNFINISHED.search(whole)
        cut = unfinished.start() if unfinished else len(whole)
        self._held = whole[cut:]
        shown: list[bytes] = []
        position = 0
        for found in _FOREIGN.finditer(whole, 0, cut):
            shown.append(whole[position : found.start()])
            position = found.end()
            if found["reset"]:
                self._is_alternate = False
                shown.append(FRESH)
            elif found["modes"]:
                modes = found["modes"].split(b";")
                others = b";".join(mode for mode in modes if mode not in _SCREENS)
                if others:
                    shown.append(b"\x1b[?" + others + found["set"])
                was_alternate, self._is_alternate = self._is_alternate, found["set"] == b"h"
                if self._is_alternate and not was_alternate:
                    shown.append(_EMPTY_SCREEN)
                elif was_alternate and not self._is_alternate:
                    self._held = b""
                    return Passed(b"".join(shown), redraw=True)
        shown.append(whole[position:cut])
        return Passed(b"".join(shown))
