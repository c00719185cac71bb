"""A film that Chromium takes for what its camera sees: a QR code on a white wall."""

from pathlib import Path
from typing import Final

import qrcode

WIDTH: Final = 640
HEIGHT: Final = 480
_QUIET_MODULES: Final = 6


def camera_arguments(film: Path) -> tuple[str, ...]:
    """Return the arguments with which Chromium has a camera that shows this film and whose user allows it."""
    return (
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    )


def write_film(film: Path, text: str) -> None:
    """Write a film of one picture, the text as a QR code: YUV4MPEG2 with a plane of grey and two without colour."""
    code = qrcode.QRCode(border=_QUIET_MODULES)
    code.add_data(text)
    modules = code.get_matrix()
    scale = HEIGHT // len(modules)
    left = (WIDTH - scale * len(modules)) // 2
    grey = bytearray(b"\xeb" * (WIDTH * HEIGHT))
    for row, cells in enumerate(modules):
        for column, dark in enumerate(cells):
            if dark:
                for y in range(row * scale, (row + 1) * scale):
                    start = y * WIDTH + left + column * scale
                    grey[start : start + scale] = b"\x10" * scale
    colour = b"\x80" * (WIDTH // 2 * HEIGHT // 2)
    film.write_bytes(
        f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420\nFRAME\n".encode() + bytes(grey) + colour + colour
    )
