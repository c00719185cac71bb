"""Where a session's program is now: relative paths begin there."""

from pathlib import Path

from loopsy_daemon.sessions.session import Session


def working_directory(session: Session) -> Path:
    """Return the program's present directory where the system tells it, else the one that it was started in."""
    started = Path(session.info().cwd)
    if not session.alive:
        return started
    try:
        present = Path(f"/proc/{session.pid}/cwd").readlink()
    except OSError:
        return started
    return present if present.is_dir() else started
