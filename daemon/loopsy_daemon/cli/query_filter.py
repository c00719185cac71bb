"""Pure: takes the queries out of a program's output, since the daemon's terminal model has answered them already.

A local terminal that saw them would answer a second time, and its answers would reach the program as if typed.
"""

import re
from typing import Final

_STRING_BYTES: Final = 255
_END: Final = rb"(?:\x07|\x1b\\)"
_QUERY: Final = re.compile(
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
    rb"|(?:1[1-9]|2[01])(?:;[0-9]+)*t"  # window
    rb")"
    rb"|\x1b\][^\x07\x1b]{0,%d};\?%b"  # colours and the clipboard: any command whose last value is `?`
    rb"|\x1bP[$+]q[^\x1b]{0,%d}\x1b\\" % (_STRING_BYTES, _END, _STRING_BYTES)  # settings and capabilities
)
_UNFINISHED: Final = re.compile(
    rb"\x1b(?:\[[0-9;>=?]{0,64}\$?|\][^\x07\x1b]{0,%d}\x1b?|P(?:[$+](?:q[^\x1b]{0,%d}\x1b?)?)?)?\Z"
    % (_STRING_BYTES + 2, _STRING_BYTES)
)


class QueryFilter:
    """Holds back the beginning of what may become a query, until the rest comes."""

    def __init__(self) -> None:
        self._held = b""

    @property
    def held_bytes(self) -> int:
        """How many bytes wait for what follows them."""
        return len(self._held)

    def feed(self, data: bytes) -> bytes:
        """Take the next bytes of output, return what the terminal may see now."""
        whole = self._held + data
        unfinished = _UNFINISHED.search(whole)
        cut = unfinished.start() if unfinished else len(whole)
        self._held = whole[cut:]
        return _QUERY.sub(b"", whole[:cut])
