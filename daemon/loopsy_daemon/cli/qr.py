"""QR codes: as half blocks for a terminal, as a PNG file's bytes."""

import struct
import zlib
from typing import Final

QUIET_ZONE_MODULES: Final = 4
PNG_MODULE_PIXELS: Final = 8
_BLACK_ON_WHITE: Final = "\x1b[38;5;16;48;5;231m"
_RESET: Final = "\x1b[0m"


def qr_matrix(text: str) -> list[list[bool]]:
    """Return the modules row by row, dark ones True, with the quiet zone that readers need."""
    import qrcode

    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_L, border=QUIET_ZONE_MODULES)
    code.add_data(text)
    code.make(fit=True)
    return [[bool(module) for module in row] for row in code.get_matrix()]


def half_blocks(matrix: list[list[bool]], *, colour: bool) -> list[str]:
    """Return lines of text, two rows of modules each.

    With `colour` they are black on white whatever the terminal's own colours are; without, light modules are drawn,
    as suits a dark terminal (on a light one the code is inverted, which phones read too).
    """
    rows = [*matrix, [not colour] * len(matrix[0])] if len(matrix) % 2 else matrix
    # Which half of the cell is inked: the dark modules with colour, the light ones without.
    glyphs = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}
    lines: list[str] = []
    for upper, lower in zip(rows[::2], rows[1::2], strict=True):
        line = "".join(glyphs[(top == colour, bottom == colour)] for top, bottom in zip(upper, lower, strict=True))
        lines.append(f"{_BLACK_ON_WHITE}{line}{_RESET}" if colour else line)
    return lines


def png(matrix: list[list[bool]]) -> bytes:
    """Return a PNG image of the code, one bit for each pixel."""
    side = len(matrix) * PNG_MODULE_PIXELS
    raw = bytearray()
    for row in matrix:
        pixels = "".join(("0" if dark else "1") * PNG_MODULE_PIXELS for dark in row)
        scanline = int(pixels, 2).to_bytes(side // 8, "big")  # a module is a byte wide, so nothing is left over
        raw += (b"\x00" + scanline) * PNG_MODULE_PIXELS
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(raw), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
