"""Puts the stand-in where a program looks for Pulumi."""

import sys
from pathlib import Path

from loopsy_daemon.files import write_atomically

ROOT = Path(__file__).resolve().parents[3]


def install_stand_in(root: Path) -> Path:
    """Put the program at `bin/pulumi` below the root, as an installation of Pulumi does, and return its directory."""
    directory = root / "bin"
    directory.mkdir(parents=True)
    script = f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -W ignore -m tests.support.pulumi "$@"\n'
    write_atomically(directory / "pulumi", script.encode(), mode=0o755)
    return directory
