"""Where one Loopsy home keeps its files, and where its local socket is."""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from loopsy_daemon.errors import ConfigError

MAX_SOCKET_PATH_BYTES: Final = 100
"""Systems allow 104 (macOS) or 108 (Linux), with a closing NUL."""


@dataclass(frozen=True, slots=True)
class Paths:
    """The files of one home. Two homes share nothing and can run side by side."""

    home: Path

    @classmethod
    def of(cls, home: Path) -> Self:
        """Return the paths of a home given by a person: `~` and links are resolved, so that it has one spelling."""
        return cls(home.expanduser().resolve())

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Self:
        """Return the paths of `LOOPSY_HOME`, or of `~/.loopsy`."""
        variables = os.environ if environment is None else environment
        try:
            return cls.of(Path(variables.get("LOOPSY_HOME") or "~/.loopsy"))
        except RuntimeError:
            raise ConfigError("The home directory is unknown.", "set HOME or LOOPSY_HOME to a directory") from None

    @property
    def config(self) -> Path:
        """The configuration, for people to edit."""
        return self.home / "config.yaml"

    @property
    def phones(self) -> Path:
        """The paired phones and their public keys."""
        return self.home / "phones.json"

    @property
    def secrets(self) -> Path:
        """The secrets, if they are kept in a file and not in the keyring."""
        return self.home / "secrets.json"

    @property
    def device_key_guard(self) -> Path:
        """The name that is locked while the device key is made, so that it is made once."""
        return self.home / "device-key"

    @property
    def commands(self) -> Path:
        """The saved commands."""
        return self.home / "commands.json"

    @property
    def places(self) -> Path:
        """Where sessions were opened."""
        return self.home / "places.json"

    @property
    def exchange(self) -> Path:
        """The shared values, messages and tasks."""
        return self.home / "exchange" / "exchange.db"

    @property
    def recordings(self) -> Path:
        """The directory of recordings."""
        return self.home / "recordings"

    @property
    def uploads(self) -> Path:
        """What phones sent: one directory for each session."""
        return self.home / "uploads"

    @property
    def lan_identity(self) -> Path:
        """The private key and the certificate that peers pin."""
        return self.home / "lan" / "identity.pem"

    @property
    def peers(self) -> Path:
        """The paired peers, their certificates and the hashes of their keys."""
        return self.home / "lan" / "peers.json"

    @property
    def mcp_token(self) -> Path:
        """What a client of the MCP server over HTTP presents."""
        return self.home / "mcp" / "token"

    @property
    def dashboard_page(self) -> Path:
        """What a browser is given to open: it leads to the dashboard's last login link."""
        return self.home / "dashboard" / "open.html"

    @property
    def audit_log(self) -> Path:
        """What other machines have asked of this one."""
        return self.logs / "audit.jsonl"

    @property
    def logs(self) -> Path:
        """The directory of logs."""
        return self.home / "logs"

    @property
    def daemon_log(self) -> Path:
        """The daemon's log."""
        return self.logs / "daemon.log"

    @property
    def daemon_lock(self) -> Path:
        """Locked while a daemon of this home runs; holds its pid."""
        return self.home / "daemon.lock"

    @property
    def socket(self) -> Path:
        """The local socket: in the home, or where that is too long for a socket, in a short directory of its own.

        The environment may differ between daemon and command line, so a socket that exists anywhere wins.
        """
        candidates = self._socket_candidates()
        return next((path for path in candidates if path.is_socket()), candidates[0])

    @property
    def keeper_socket(self) -> Path:
        """The socket of the programs' keeper, beside the daemon's."""
        return self.socket.with_name("keeper.sock")

    @property
    def keeper_log(self) -> Path:
        """The keeper's log, which is empty as long as nothing is wrong."""
        return self.logs / "keeper.log"

    def _socket_candidates(self) -> list[Path]:
        in_home = self.home / "loopsy.sock"
        if _fits(in_home):
            return [in_home]
        name = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:16]
        runtime = os.environ.get("XDG_RUNTIME_DIR")
        candidates = [Path(runtime) / f"loopsy-{name}" / "loopsy.sock"] if runtime else []
        # The directory is made 0700 and its owner checked before use: see files.private_directory.
        candidates.append(Path("/tmp") / f"loopsy-{os.geteuid()}-{name}" / "loopsy.sock")  # noqa: S108
        return [path for path in candidates if _fits(path)]


def _fits(path: Path) -> bool:
    return len(os.fsencode(path)) <= MAX_SOCKET_PATH_BYTES
