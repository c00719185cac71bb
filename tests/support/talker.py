"""A program for tests: prints a known stream and copies its input to a file, at the same time, in raw mode.

`python -m tests.support.talker SEED OUTPUT_BYTES INPUT_BYTES INPUT_FILE`; ends when both are complete.
"""

import os
import random
import sys
import threading
import tty
from pathlib import Path

READY = b"\x06"
"""Printed first, in raw mode: what is typed before it would go through the terminal's line editing."""


def stream(seed: int, size_bytes: int) -> bytes:
    """Return the bytes that a talker of this seed prints after READY: lines, colours, wide characters."""
    chooser = random.Random(seed)
    pieces = ["plain ", "\x1b[31mred\x1b[0m ", "終わり ", "é", "\r\n", "\x1b[2K", "wide ✓ ", "\t", "x" * 70]
    out = bytearray()
    while len(out) < size_bytes:
        out += chooser.choice(pieces).encode()
    return bytes(out[:size_bytes])


def main(seed: int, output_bytes: int, input_bytes: int, input_file: Path) -> None:
    """Talk and listen."""
    tty.setraw(sys.stdin.fileno())
    data = READY + stream(seed, output_bytes)

    def talk() -> None:
        for start in range(0, len(data), 997):
            sys.stdout.buffer.write(data[start : start + 997])
            sys.stdout.buffer.flush()

    talking = threading.Thread(target=talk)
    talking.start()
    with input_file.open("wb", buffering=0) as file:
        heard = 0
        while heard < input_bytes:
            piece = os.read(sys.stdin.fileno(), 65_536)
            if not piece:
                break
            file.write(piece)
            heard += len(piece)
    talking.join()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
