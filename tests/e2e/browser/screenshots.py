"""Takes the pictures of the README with real parts: `python -m tests.e2e.browser.screenshots` writes docs/images."""

import asyncio
import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from playwright.async_api import ViewportSize, expect

from loopsy_daemon.wire import messages
from tests.support.browser import BrowserPhone, Chromium, running_chromium
from tests.support.daemon import Daemon, running_daemon
from tests.support.relay import running_relay

ROOT: Final = Path(__file__).resolve().parents[3]
IMAGES: Final = ROOT / "docs" / "images"
VIEWPORT: Final[ViewportSize] = {"width": 390, "height": 844}
MAX_IMAGE_BYTES: Final = 200 * 1024

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
VIM_SETTINGS: Final = "syntax on\nset background=light number nowrap\n"
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
SESSIONS: Final = (
    ("tests", r"printf '\033[32m148 passed\033[0m in 12.31s\n'; exec sleep 1000"),
    ("deploy", r"printf 'uploading 37 of 52 files\n'; exec sleep 1000"),
    ("backup", r"printf 'no space left on /mnt/backup\n'; exit 1"),
    ("build", r"printf 'built in 4.2 s\n'"),
)


def make_project(home: Path) -> None:
    """Give the person of the pictures a home with a small repository."""
    (home / ".bash_profile").write_text(PROFILE, encoding="utf-8")
    (home / ".gitconfig").write_text(GIT_SETTINGS, encoding="utf-8")
    (home / ".vimrc").write_text(VIM_SETTINGS, encoding="utf-8")
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


async def start_sessions(daemon: Daemon) -> None:
    """Start what else runs on the machine."""
    async with await daemon.client() as client:
        for name, program in SESSIONS:
            command = ["sh", "-c", program]
            await client.request(
                messages.Open(id=client.next_id(), agent="shell", name=name, cols=48, rows=40, command=command)
            )


async def take(phone: BrowserPhone, name: str) -> None:
    """Write what the phone shows, once nothing moves any more."""
    await phone.page.evaluate("() => Promise.all(document.getAnimations().map((one) => one.finished.catch(() => 0)))")
    path = IMAGES / f"{name}.png"
    await phone.page.screenshot(path=path, animations="disabled", caret="hide")
    size_bytes = path.stat().st_size
    print(f"{path.relative_to(ROOT)}  {size_bytes // 1024} KB")
    assert size_bytes <= MAX_IMAGE_BYTES, f"{name} is too large for a README"


async def take_all(chromium: Chromium, daemon: Daemon) -> None:
    """Walk through the app and take each picture where it belongs."""
    look: dict[str, Any] = {
        "viewport": VIEWPORT,
        "screen": VIEWPORT,
        "device_scale_factor": 2,
        "reduced_motion": "reduce",
    }
    async with chromium.phone("iPhone 13", **look) as phone:
        async with await daemon.client() as client:
            started = await client.request(messages.PairStart(id=client.next_id()))
            assert isinstance(started, messages.PairStarted)
            await phone.visit(started.url)
            await phone.part("code-input").tap()
            await phone.page.keyboard.type(started.code[:2])
            await take(phone, "pair")
            await phone.page.keyboard.type(started.code[2:])
            await phone.part("pair-submit").tap()
            await phone.see_health("good")
        await start_sessions(daemon)
        await expect(phone.part("session-card")).to_have_count(len(SESSIONS))
        await phone.part("new-shell").tap()
        await phone.read("tides $")
        for command in ("ls", "cat docs/挨拶.txt", "git log --oneline", "git show --format=%s -U1"):
            await phone.send_line(command)
        await phone.read(re.compile(r"\+    return moon \+ sun\n.*\$", re.DOTALL))
        await take(phone, "terminal")
        await phone.part("back").tap()
        await expect(phone.part("session-card")).to_have_count(len(SESSIONS) + 1)
        await take(phone, "machine")
        await phone.open_session("shell")
        async with chromium.phone("iPhone 13", color_scheme="light", **look) as other:
            await other.pair(daemon, label="Second phone")
            await other.part("new-shell").tap()
            await other.read("tides $")
            await other.send_line("vim src/tides.py")
            await other.read("return moon + sun")
            await other.tap_key(*["down"] * 10)
            await other.read("11,1")
            await take(other, "light")
        await phone.send_line("clear")
        await phone.read(re.compile(r"^[^\n]*tides \$"))
        await phone.send_line("git log --oneline")
        await phone.read("Begin with a question\n")
        await daemon.stop()
        await phone.send_line("git push")
        await phone.see_banner("device_offline", "12 s")
        await take(phone, "offline")


@contextmanager
def homes() -> Iterator[tuple[Path, Path]]:
    """Give short paths for relay and daemon."""
    with tempfile.TemporaryDirectory(prefix="loopsy-") as directory:
        yield Path(directory, "relay"), Path(directory, "home")


async def main() -> None:
    """Take every picture."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with homes() as (relay_home, home):
        async with running_relay(relay_home, assets_directory=ROOT / "webapp" / "dist") as relay:
            device = await relay.register()
            (home / "user").mkdir(parents=True)
            home.chmod(0o700)
            make_project(home / "user")
            async with (
                running_daemon(home, relay.url, device.device_id, device.device_secret) as daemon,
                running_chromium() as chromium,
            ):
                await take_all(chromium, daemon)


if __name__ == "__main__":
    asyncio.run(main())
