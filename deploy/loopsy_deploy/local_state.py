"""What a relay on this machine keeps between runs: its secrets, its port, and the process that served last."""

import json
import os
import secrets
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

from filelock import FileLock, Timeout

from loopsy_daemon.files import private_directory, read_private, write_atomically
from loopsy_deploy.errors import LocalRelayError, StateInUse

SECRET_BYTES: Final = 32
ORPHAN_DEADLINE_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class RelaySecrets:
    """The relay's three secrets, each 32 random bytes as base64url."""

    pair_token: str = field(repr=False)
    registration: str = field(repr=False)
    device_id_key: str = field(repr=False)

    @classmethod
    def make(cls) -> Self:
        """Make new secrets."""
        return cls(*(secrets.token_urlsafe(SECRET_BYTES) for _ in range(3)))


class LocalState:
    """The state directory of one relay, which is ours while `lock` holds."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.objects = directory / "objects"
        self.log = directory / "relay.log"
        self._secrets_path = directory / "secrets.json"
        self._run_path = directory / "run.json"
        self._lock = FileLock(directory / "lock", timeout=0, mode=0o600)

    def lock(self) -> None:
        """Make the directory where it is missing and take it for this process. Raises StateInUse."""
        private_directory(self.directory)
        try:
            self._lock.acquire()
        except Timeout:
            raise StateInUse(
                f"Another relay uses {self.directory}.", "stop that one first, or choose another directory"
            ) from None
        private_directory(self.objects)

    def unlock(self) -> None:
        """Let others take the directory."""
        self._lock.release()

    def secrets(self) -> RelaySecrets:
        """Return the relay's secrets; the first time they are made."""
        stored = read_private(self._secrets_path)
        if stored is None:
            made = RelaySecrets.make()
            fields = {
                "pair_token": made.pair_token,
                "registration": made.registration,
                "device_id_key": made.device_id_key,
            }
            write_atomically(self._secrets_path, json.dumps(fields).encode())
            return made
        try:
            return RelaySecrets(**json.loads(stored))
        except (ValueError, TypeError):
            # New ones would lock out every device and phone: that is for the owner to decide.
            raise LocalRelayError(
                f"{self._secrets_path} is damaged.", f"start afresh, pairing every phone again: rm {self._secrets_path}"
            ) from None

    def last_port(self) -> int | None:
        """Return the port of the last run, which phones remember."""
        return self._last_run()[0]

    def remember_run(self, port: int, pid: int) -> None:
        """Note the port and process that serve now."""
        write_atomically(self._run_path, json.dumps({"port": port, "pid": pid}).encode())

    def end_orphan(self) -> None:
        """End the workerd of an owner that was killed: two on the same storage would spoil it."""
        pid = self._last_run()[1]
        if pid is None or not self._serves_us(pid):
            return
        deadline = time.monotonic() + ORPHAN_DEADLINE_SECONDS
        while self._serves_us(pid) and time.monotonic() < deadline:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.02)

    def _last_run(self) -> tuple[int | None, int | None]:
        try:
            run = json.loads(self._run_path.read_bytes())
            return int(run["port"]), int(run["pid"])
        except (OSError, ValueError, TypeError, KeyError):
            return None, None  # only a convenience: without it another port is taken

    def _serves_us(self, pid: int) -> bool:
        return f"state={self.objects}" in _command_line(pid)


def _command_line(pid: int) -> str:
    if Path("/proc/self/cmdline").exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            return ""
    found = subprocess.run(["ps", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return found.stdout
