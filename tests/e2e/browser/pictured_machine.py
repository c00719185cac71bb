"""Whose machine the pictures of the app show: a home with a small repository, a saved command, sessions."""

import os
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from loopsy_daemon.wire import messages
from tests.support.daemon import Daemon

PROMPT: Final = "tides $"
PROFILE: Final = r"""
alias ls='ls --color=auto -F'
PS1='\[\e[1;32m\]ada@studio\[\e[0m\] \[\e[1;34m\]\W\[\e[0m\] $ '
cd ~/tides
clear
"""
GIT_SETTINGS: Final = """
[user]
name = Ada
email = ada@example.com
[core]
pager = cat
quotePath = false
[init]
defaultBranch = main
"""
TIDES: Final = '''"""When is high water?"""

from math import cos, tau

MOON_HOURS = 12.42


def height(hours):
    """Return the water's height in metres."""
    return 1.4 * cos(tau * hours / MOON_HOURS)
'''
WITH_SUN: Final = TIDES.replace("12.42\n", "12.42\nSUN_HOURS = 12.0\n").replace(
    "    return 1.4 * cos(tau * hours / MOON_HOURS)\n",
    "    moon = 1.4 * cos(tau * hours / MOON_HOURS)\n"
    "    sun = 0.5 * cos(tau * hours / SUN_HOURS)\n"
    "    return moon + sun\n",
)
COMMITS: Final = (
    ("README.md", "# Tides\n\nWhen is high water?\n", "Begin with a question"),
    ("src/tides.py", TIDES, "Answer it for the moon alone"),
    ("docs/挨拶.txt", "おはようございます、世界\n你好世界 · 안녕, 세계\n", "Greet the world"),
    ("src/tides.py", WITH_SUN, "Hear the sun"),
)
UPLOADED: Final = ".uploaded"
"""Once there is this file at home, the session that uploads is done, and rings the bell."""
_UPLOAD: Final = rf"printf 'uploading 37 of 52 files\n'; until [ -e ~/{UPLOADED} ]; do sleep 0.2; done"
SESSIONS: Final = (
    ("tests", r"printf '\033[32m148 passed\033[0m in 12.31s\n'; exec sleep 1000"),
    ("deploy", rf"{_UPLOAD}; printf 'uploaded\n\a'; exec sleep 1000"),
    ("backup", r"printf 'no space left on /mnt/backup\n'; exit 1"),
    ("build", r"printf 'built in 4.2 s\n'"),
)
WORKERS: Final = tuple((f"worker-{number}", f"echo 'lot {number} of 18'; exec sleep 1000") for number in range(1, 19))
"""Enough to fill the list of every screen."""


def make_project(home: Path) -> None:
    """Give the person of the pictures a home with a small repository."""
    (home / ".bash_profile").write_text(PROFILE, encoding="utf-8")
    (home / ".gitconfig").write_text(GIT_SETTINGS, encoding="utf-8")
    project = home / "tides"
    git = ["git", "-C", str(project)]
    environment = {**os.environ, "HOME": str(home)}
    project.mkdir()
    subprocess.run([*git, "init", "-q"], env=environment, check=True)
    for name, text, message in COMMITS:
        (project / name).parent.mkdir(exist_ok=True)
        (project / name).write_text(text, encoding="utf-8")
        subprocess.run([*git, "add", name], env=environment, check=True)
        subprocess.run([*git, "commit", "-q", "-m", message], env=environment, check=True)
    (project / "release.sh").touch(mode=0o755)


async def save_command(daemon: Daemon) -> None:
    """Save a command that every phone can open."""
    async with await daemon.client() as client:
        await client.request(
            messages.CommandsSave(
                id=client.next_id(), label="All tests", arguments=["make", "test"], directory="~/tides"
            )
        )


async def start_sessions(daemon: Daemon, sessions: tuple[tuple[str, str], ...]) -> None:
    """Start programs on the machine, each with a name and a shell's line."""
    async with await daemon.client() as client:
        for name, program in sessions:
            command = ["sh", "-c", program]
            await client.request(
                messages.Open(id=client.next_id(), agent="shell", name=name, cols=48, rows=40, command=command)
            )


@asynccontextmanager
async def open_pairing(daemon: Daemon) -> AsyncIterator[messages.PairStarted]:
    """Let a phone in for as long as this lasts."""
    async with await daemon.client() as client:
        started = await client.request(messages.PairStart(id=client.next_id()))
        assert isinstance(started, messages.PairStarted)
        yield started


async def revoke_every_phone(daemon: Daemon) -> None:
    """Revoke the phones that are paired."""
    async with await daemon.client() as client:
        listed = await client.request(messages.PhonesList(id=client.next_id()))
        assert isinstance(listed, messages.Phones)
        for phone in listed.phones:
            await client.request(messages.PhonesRevoke(id=client.next_id(), phone=phone.phone_id))
