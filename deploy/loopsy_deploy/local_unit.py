"""Autostart of the relay of this machine at login: a systemd user unit, or on macOS a launchd agent."""

import os
import platform
import plistlib
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from loopsy_daemon import files
from loopsy_deploy.errors import LocalRelayError

NAME: Final = "loopsy-relay"
LABEL: Final = "dev.loopsy.relay"
TARGET: Final = "default.target"
RESTART_SECONDS: Final = 5
STOP_SECONDS: Final = 15
_UNIT_MODE: Final = 0o644
_RELOAD_DEADLINE_SECONDS: Final = 10.0
# What the relay needs of the environment that it was enabled in.
_VARIABLES: Final = ("LOOPSY_HOME", "LOOPSY_WORKERD", "XDG_CACHE_HOME")


@dataclass(frozen=True, slots=True)
class Autostart:
    """The unit of this machine's kind; `link` is what enables it, where its being there does not."""

    file: Path
    content: bytes
    link: Path | None

    @property
    def is_enabled(self) -> bool:
        """Whether the relay starts at login."""
        return self.file.exists() and (self.link is None or self.link.exists())

    def enable(self) -> bool:
        """Write the unit and enable it; return whether anything changed."""
        changed = not self.is_enabled or self.file.read_bytes() != self.content
        if changed:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            files.write_atomically(self.file, self.content, mode=_UNIT_MODE)
            if self.link is not None:
                self.link.parent.mkdir(parents=True, exist_ok=True)
                self.link.unlink(missing_ok=True)
                self.link.symlink_to(self.file)
            _reload(self)
        return changed

    def disable(self) -> bool:
        """Remove the unit; return whether there was one. A relay that runs goes on."""
        found = self.file.exists() or (self.link is not None and self.link.is_symlink())
        if self.link is not None:
            self.link.unlink(missing_ok=True)
        self.file.unlink(missing_ok=True)
        if found:
            _reload(self)
        return found


def autostart(
    command: Sequence[str],
    log: Path,
    environment: Mapping[str, str] = os.environ,
    system: str | None = None,
) -> Autostart:
    """Return the autostart for this system. Raises LocalRelayError where there is none."""
    variables = {name: environment[name] for name in _VARIABLES if environment.get(name)}
    home = Path(environment["HOME"]) if environment.get("HOME") else Path.home()
    match system or platform.system():
        case "Linux":
            units = Path(environment.get("XDG_CONFIG_HOME") or home / ".config") / "systemd" / "user"
            file = units / f"{NAME}.service"
            content = systemd_unit(command, log, variables).encode()
            return Autostart(file, content, units / f"{TARGET}.wants" / file.name)
        case "Darwin":
            file = home / "Library" / "LaunchAgents" / f"{LABEL}.plist"
            return Autostart(file, launchd_agent(command, log, variables), None)
        case other:
            raise LocalRelayError(
                f"There is no autostart for {other}.", "start it yourself: loopsy-deploy-relay local run"
            )


def systemd_unit(command: Sequence[str], log: Path, variables: Mapping[str, str]) -> str:
    """Return the text of a unit that runs the command."""
    environment = [f"Environment={_quoted(f'{name}={value}')}" for name, value in variables.items()]
    lines = [
        "[Unit]",
        "Description=Loopsy relay",
        "",
        "[Service]",
        "Type=exec",
        f"ExecStart={' '.join(_quoted(part, is_command=True) for part in command)}",
        *environment,
        # The process ends workerd itself; what is left when the time is over is killed.
        "KillMode=mixed",
        f"TimeoutStopSec={STOP_SECONDS}",
        "Restart=on-failure",
        f"RestartSec={RESTART_SECONDS}",
        f"StandardOutput=append:{_escaped(str(log))}",
        f"StandardError=append:{_escaped(str(log))}",
        "UMask=0077",
        "NoNewPrivileges=yes",
        "",
        "[Install]",
        f"WantedBy={TARGET}",
    ]
    return "\n".join(lines) + "\n"


def launchd_agent(command: Sequence[str], log: Path, variables: Mapping[str, str]) -> bytes:
    """Return the property list of an agent that runs the command."""
    return plistlib.dumps(
        {
            "Label": LABEL,
            "ProgramArguments": list(command),
            "EnvironmentVariables": dict(variables),
            "RunAtLoad": True,
            "KeepAlive": {"SuccessfulExit": False},
            "ThrottleInterval": RESTART_SECONDS,
            "ExitTimeOut": STOP_SECONDS,
            "ProcessType": "Background",
            "StandardOutPath": str(log),
            "StandardErrorPath": str(log),
            "Umask": 0o077,
        }
    )


def _quoted(text: str, *, is_command: bool = False) -> str:
    """Return one word of a unit (systemd.syntax(7)); `%` and, in commands, `$` would be expanded."""
    escaped = _escaped(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped.replace("$", "$$") if is_command else escaped}"'


def _escaped(text: str) -> str:
    return text.replace("%", "%%")


def _reload(unit: Autostart) -> None:
    """Tell a systemd that runs; where none does, it reads the unit when it starts."""
    if unit.link is not None:
        with suppress(OSError, subprocess.TimeoutExpired):
            subprocess.run(
                ["systemctl", "--user", "daemon-reload"],
                capture_output=True,
                timeout=_RELOAD_DEADLINE_SECONDS,
                check=False,
            )
