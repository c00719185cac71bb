"""What the person at the terminal answers, while other things happen."""

import asyncio
import os
import sys

from loopsy_daemon.cli.text import printable

_MAX_ANSWER_BYTES = 1_024


async def says_yes(question: str) -> bool:
    """Ask, and tell whether the answer says yes; the end of stdin is a no."""
    said = await answer_to(f"{question} [y/N]")
    return said is not None and said.lower() in {"y", "yes"}


async def answer_to(question: str) -> str | None:
    """Ask on stderr, and return a line from stdin; None at its end."""
    loop = asyncio.get_running_loop()
    line: asyncio.Future[bytes] = loop.create_future()
    descriptor = sys.stdin.fileno()
    taken = bytearray()

    def read() -> None:
        data = os.read(descriptor, 1)  # what follows the line is not ours
        taken.extend(data)
        if (not data or data == b"\n" or len(taken) > _MAX_ANSWER_BYTES) and not line.done():
            line.set_result(bytes(taken))

    print(f"{printable(question)} ", end="", file=sys.stderr, flush=True)
    loop.add_reader(descriptor, read)
    try:
        said = await line
    finally:
        loop.remove_reader(descriptor)
        if not line.done() or not line.result().endswith(b"\n"):
            print(file=sys.stderr)
    return said.decode(errors="replace").strip() if said else None
