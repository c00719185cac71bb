import struct
import zlib

import pytest
import qrcode
from hypothesis import given
from hypothesis import strategies as st

from loopsy_daemon.cli import qr
from loopsy_daemon.cli.large_digits import large_digits

LINK = "https://relay.example/app/#" + "A" * 142


def test_the_matrix_is_the_code_of_the_link_with_a_quiet_zone() -> None:
    matrix = qr.qr_matrix(LINK)
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_L, border=0)
    code.add_data(LINK)
    code.make()
    assert [row[4:-4] for row in matrix[4:-4]] == code.get_matrix()
    assert not any(any(row) for row in (*matrix[:4], *matrix[-4:]))
    assert not any(any(row[:4]) or any(row[-4:]) for row in matrix)
    assert len(matrix[0]) <= 80


def from_half_blocks(lines: list[str], *, colour: bool) -> list[list[bool]]:
    halves = {" ": (False, False), "▀": (True, False), "▄": (False, True), "█": (True, True)}
    rows: list[list[bool]] = []
    for line in lines:
        bare = line.removeprefix("\x1b[38;5;16;48;5;231m").removesuffix("\x1b[0m")
        assert (bare != line) == colour
        for half in (0, 1):
            rows.append([halves[glyph][half] == colour for glyph in bare])
    return rows


@pytest.mark.parametrize("colour", [True, False])
@given(side=st.integers(1, 9), bits=st.integers(0, 2**81 - 1))
def test_half_blocks_show_every_module(colour: bool, side: int, bits: int) -> None:
    matrix = [[bool(bits >> (row * side + column) & 1) for column in range(side)] for row in range(side)]
    shown = from_half_blocks(qr.half_blocks(matrix, colour=colour), colour=colour)
    assert shown[:side] == matrix
    assert not any(any(row) for row in shown[side:]) or not colour


def test_a_png_has_every_module_and_valid_checksums() -> None:
    matrix = qr.qr_matrix(LINK)
    image = qr.png(matrix)
    assert image.startswith(b"\x89PNG\r\n\x1a\n")
    position, chunks = 8, {}
    while position < len(image):
        (length,) = struct.unpack_from(">I", image, position)
        kind, data = image[position + 4 : position + 8], image[position + 8 : position + 8 + length]
        (checksum,) = struct.unpack_from(">I", image, position + 8 + length)
        assert checksum == zlib.crc32(kind + data)
        chunks[kind] = data
        position += length + 12
    width, height, depth, colour = struct.unpack(">IIBB", chunks[b"IHDR"][:10])
    assert (width, height, depth, colour) == (len(matrix) * 8, len(matrix) * 8, 1, 0)
    pixels = zlib.decompress(chunks[b"IDAT"])
    stride = width // 8 + 1
    for row, modules in enumerate(matrix):
        for line in range(row * 8, row * 8 + 8):
            assert pixels[line * stride : (line + 1) * stride] == b"\0" + bytes(0 if dark else 255 for dark in modules)


def test_every_digit_looks_different() -> None:
    shapes = {tuple(line[5 * digit : 5 * digit + 3] for line in large_digits("0123456789")) for digit in range(10)}
    assert len(shapes) == 10
