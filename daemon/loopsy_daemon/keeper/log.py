"""The keeper's log: standard error, which is a file of the home."""

import os
import sys
import time


def log(text: str) -> None:
    """Write a line."""
    sys.stderr.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} keeper {os.getpid()}: {text}\n")
    sys.stderr.flush()
