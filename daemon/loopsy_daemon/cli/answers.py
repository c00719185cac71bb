"""A yes or no of the person at the terminal, while other things happen."""

import asyncio
import os
import sys

from loopsy_daemon.cli.text import printable

_MAX_ANSWER_BYTES = 1_024


async def says_yes(question: str) -> bool:
    """Ask on stderr, read a line from stdin, and tell whether it says yes; the end of stdin is a no."""
    loop = asyncio.get_running_loop()
    line: asyncio.Future[bytes] = loop.create_future()
    descriptor = sys.stdin.fileno()
    taken = bytearray()

    def read() -> None:
        data = os.read(descriptor, 1)  # what follows the line is not ours
        taken.extend(data)
        if (not data or data == b"\n" or len(taken) > _MAX_ANSWER_BYTES) and not line.done():
            line.set_result(bytes(taken))

    print(f"{printable(question)} [y/N] ", end="", file=sys.stderr, flush=True)
    loop.add_reader(descriptor, read)
    try:
        return (await line).strip().lower() in {b"y", b"yes"}
    finally:
        loop.remove_reader(descriptor)
        if not line.done() or not line.result().endswith(b"\n"):
            print(file=sys.stderr)
