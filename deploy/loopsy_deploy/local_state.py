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

import msgspec
from filelock import FileLock, Timeout
from msgspec import Struct

from loopsy_daemon.files import is_held, private_directory, read_private, write_atomically
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


class Run(Struct, frozen=True, kw_only=True):
    """What is known of the last run: its port and workerd's process, and the process that has the directory's lock.

    `url` and `started_at` (seconds since 1970) are there once it serves.
    """

    port: int | None = None
    pid: int | None = None
    owner: int | None = None
    url: str | None = None
    host: str | None = None
    """Where it listens."""
    certificate: str | None = None
    """The directory of the certificate with which it does TLS."""
    started_at: float | None = None


class LocalState:
    """The state directory of one relay, which is ours while `lock` holds."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.objects = directory / "objects"
        self.log = directory / "relay.log"
        self._secrets_path = directory / "secrets.json"
        self._run_path = directory / "run.json"
        self._lock_path = directory / "lock"
        self._lock = FileLock(self._lock_path, timeout=0, mode=0o600)

    def lock(self) -> None:
        """Make the directory where it is missing and take it for this process. Raises StateInUse."""
        private_directory(self.directory)
        try:
            self._lock.acquire()
        except Timeout:
            raise StateInUse(
                f"Another relay uses {self.directory}.", "stop that one first, or choose another directory"
            ) from None
        try:
            private_directory(self.objects)
            self._write_run(msgspec.structs.replace(self.last_run(), owner=os.getpid(), url=None, started_at=None))
        except BaseException:
            self._lock.release()
            raise

    @property
    def is_in_use(self) -> bool:
        """Whether a relay, this process's or another's, has the directory."""
        return is_held(self._lock_path)

    def serving(self) -> Run | None:
        """Return the run that serves now, or None while nothing does."""
        run = self.last_run()
        # Whoever has just taken the lock has yet to replace what one that was killed left.
        is_present = run.url is not None and run.owner is not None and self.is_in_use and _is_alive(run.owner)
        return run if is_present else None

    def unlock(self) -> None:
        """Let others take the directory; does nothing if it is not ours."""
        if self._lock.is_locked:
            with suppress(OSError):  # who looks sees by the lock, too, that nothing serves
                self._write_run(msgspec.structs.replace(self.last_run(), url=None, started_at=None))
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

    def last_run(self) -> Run:
        """Return what is known of the last run, or of the present one."""
        try:
            return msgspec.json.decode(self._run_path.read_bytes(), type=Run)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            return Run()  # only a convenience: without it another port is taken

    def remember_run(self, port: int, pid: int) -> None:
        """Note the port, which phones remember, and the process that is to serve."""
        self._write_run(Run(port=port, pid=pid, owner=os.getpid()))

    def remember_serving(self, url: str, host: str, certificate: Path | None) -> None:
        """Note that it serves: at this address, listening on `host`, with the certificate in this directory."""
        directory = None if certificate is None else str(certificate)
        self._write_run(
            msgspec.structs.replace(self.last_run(), url=url, host=host, certificate=directory, started_at=time.time())
        )

    def end_orphan(self) -> None:
        """End the workerd of an owner that was killed: two on the same storage would spoil it."""
        pid = self.last_run().pid
        if pid is None or not self._serves_us(pid):
            return
        deadline = time.monotonic() + ORPHAN_DEADLINE_SECONDS
        while self._serves_us(pid) and time.monotonic() < deadline:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.02)

    def _write_run(self, run: Run) -> None:
        write_atomically(self._run_path, msgspec.json.encode(run))

    def _serves_us(self, pid: int) -> bool:
        return f"state={self.objects}" in _command_line(pid)


def _is_alive(pid: int) -> bool:
    # One that has ended and that its parent has not asked about yet can be signalled, and has no command any more.
    return bool(_command_line(pid).strip())


def _command_line(pid: int) -> str:
    if Path("/proc/self/cmdline").exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            return ""
    found = subprocess.run(["ps", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return found.stdout
