"""Which sessions are being recorded: begins and ends recordings, and goes on with them after a restart."""

import asyncio
import logging
import time
from functools import partial
from pathlib import Path
from typing import Final

from loopsy_daemon import files
from loopsy_daemon.errors import LoopsyError
from loopsy_daemon.recording import asciicast, library
from loopsy_daemon.recording.file import RecordingFile
from loopsy_daemon.recording.recorder import Recorder
from loopsy_daemon.service.events import Events
from loopsy_daemon.sessions.observer import NOBODY
from loopsy_daemon.sessions.registry import Registry
from loopsy_daemon.sessions.session import Session
from loopsy_daemon.wire import limits

_RESET: Final = b"\x1bc"
_log = logging.getLogger(__name__)


class Recordings:
    """One recording per session at a time; each file has at most `max_bytes`."""

    def __init__(self, directory: Path, registry: Registry, events: Events, max_bytes: int) -> None:
        self._directory = directory
        self._registry = registry
        self._events = events
        self._max_bytes = max_bytes
        self._recorders: dict[str, tuple[str, Recorder]] = {}

    def start(self, wanted: str) -> str:
        """Record a session from its present screen on, and return the recording's name.

        Of one that has ended that screen is all. Raises SessionError or LoopsyError.
        """
        session = self._registry.resolve(wanted)
        info = session.info()
        if session.id in self._recorders:
            raise LoopsyError(f"{info.name} is being recorded already.", f"loopsy record stop {session.id}")
        header = asciicast.Header(cols=info.cols, rows=info.rows, timestamp=int(time.time()), title=info.name)
        try:
            files.private_directory(self._directory)
            path = library.new_path(self._directory, session.id)
            file = RecordingFile.create(path, header, asyncio.get_running_loop().time(), self._max_bytes)
        except OSError as error:
            reason = error.strerror or str(error)
            raise LoopsyError(f"The recording cannot be written: {reason}.", f"ls -ld {self._directory}") from error
        recorder = self._observe(session, path, file)
        if session.exit_status is not None:
            recorder.program_exited(session.exit_status)
        return path.name.removesuffix(library.SUFFIX)

    def stop(self, wanted: str) -> str:
        """End the recording of a session and return its name. Raises SessionError or LoopsyError."""
        session = self._registry.resolve(wanted)
        name, recorder = self._recorders.get(session.id, ("", None))
        if recorder is None:
            raise LoopsyError(f"{session.name} is not being recorded.", f"loopsy record start {session.id}")
        session.observer = NOBODY
        recorder.stop()
        return name

    def resume(self) -> None:
        """Go on with the recordings that a former daemon left, in the same files; end those whose sessions are gone."""
        now = asyncio.get_running_loop().time()
        alive = {info.id for info in self._registry.infos() if info.alive}
        for entry in library.entries(self._directory):
            if entry.state != "cut" or entry.session in self._recorders:
                continue
            try:
                file = RecordingFile.resume(entry.path, now, self._max_bytes)
            except OSError as error:
                _log.warning("%s cannot be resumed: %s", entry.name, error)
                continue
            if entry.session in alive:
                recorder = self._observe(self._registry.get(entry.session), entry.path, file, resumed=True)
                recorder.mark("the daemon was restarted")
            else:
                file.write([(now, asciicast.MARK, f"{asciicast.END}: the session is gone".encode())])
                file.close()

    async def close(self) -> None:
        """Write what is pending; a later daemon may go on."""
        for _, recorder in list(self._recorders.values()):
            await recorder.close()

    def _observe(self, session: Session, path: Path, file: RecordingFile, *, resumed: bool = False) -> Recorder:
        name = path.name.removesuffix(library.SUFFIX)
        recorder = Recorder(file, partial(self._ended, session))
        self._recorders[session.id] = (name, recorder)
        # In one step with the first output that follows: nothing is missing, nothing there twice.
        snapshot = session.snapshot(limits.OUTPUT_WINDOW_BYTES)
        if resumed:
            recorder.resized(snapshot.cols, snapshot.rows)
        if resumed or session.log.end > 0:
            recorder.output_received(_RESET + snapshot.data)
        if session.log.end > snapshot.base:
            recorder.output_received(session.log.read(snapshot.base, session.log.end - snapshot.base))
        session.observer = recorder
        self._events.happened("recording.started", {"session": session.id, "recording": name})
        return recorder

    def _ended(self, session: Session) -> None:
        name, recorder = self._recorders.pop(session.id)
        if session.observer is recorder:
            session.observer = NOBODY
        self._events.happened("recording.ended", {"session": session.id, "recording": name})
