"""What a daemon writes down of a session while it runs, so that another one can go on with it, and how that goes on."""

import re
import time
from dataclasses import astuple, dataclass
from typing import Final, Self

from loopsy_daemon.keeper.notes import Checkpoint, Notes
from loopsy_daemon.keeper.ring import Ring
from loopsy_daemon.sessions.child import ExitStatus
from loopsy_daemon.sessions.identity import Labels, Program, Starter
from loopsy_daemon.sessions.output_log import OutputLog, SizeMark
from loopsy_daemon.sessions.rebuild import CANCEL
from loopsy_daemon.sessions.screen import Screen
from loopsy_daemon.sessions.snapshot_offset import snapshot_at_end
from loopsy_daemon.wire import messages

# The screens alone: scrollback comes back by parsing what the log keeps.
CHECKPOINT_BYTES: Final = 1
WHOLE_BYTES: Final = 1 << 25
# A checkpoint takes a millisecond or two; a flood may spend one part in so many of its time on them.
REST_PER_CHECKPOINT: Final = 50
RECORDED_MARKS: Final = 512
# Where output that begins in the middle of something can be parsed from: a new line or a sequence.
_BEGINNING: Final = re.compile(rb"\n|(?=\x1b)")
_USUAL_SIZE: Final = (80, 24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Who a session is, as a former daemon noted it. Fields that another version wrote are ignored."""

    name: str
    agent: str
    cwd: str
    created_at: float
    active_at: float
    ended_at: float | None
    marks: tuple[SizeMark, ...]
    started_by: Starter | None = None
    bell: int | None = None

    @classmethod
    def of(cls, ring: Ring) -> Self:
        """Read the record of a session. Raises ValueError, TypeError or KeyError if it cannot be understood."""
        record = Notes(ring).read_record()
        marks = [SizeMark(*(int(number) for number in mark)) for mark in record["marks"]]
        return cls(
            name=str(record["name"]),
            agent=str(record["agent"]),
            cwd=str(record["cwd"]),
            created_at=float(record["created_at"]),
            active_at=float(record["active_at"]),
            ended_at=None if record["ended_at"] is None else float(record["ended_at"]),
            marks=tuple(marks) or (SizeMark(0, 0, *_USUAL_SIZE),),
            started_by=Starter(*(str(part) for part in record["started_by"])) if record.get("started_by") else None,
            bell=None if record.get("bell") is None else int(record["bell"]),
        )


@dataclass(frozen=True, slots=True)
class Former:
    """A session that a former daemon had: its output, what was noted, and how it ended if its terminal is closed."""

    log: OutputLog
    record: Record
    exit_status: ExitStatus | None


class Notebook:
    """The notes of one session.

    Two checkpoints are kept, half a log apart. So there is one whose base the log still keeps, with at least half a
    log of output after it, from which the newer scrollback comes back; unless the program is so quick (20 MB/s and
    more) that it would be held up by checkpoints.
    """

    def __init__(self, log: OutputLog, labels: Labels, program: Program, former: Record | None = None) -> None:
        self.active_at = labels.created_at if former is None else former.active_at
        self.ended_at = None if former is None else former.ended_at
        self.bell = None if former is None else former.bell
        self.is_reviving = False
        self._log = log
        self._labels = labels
        self._program = program
        self._notes = Notes(log.ring)
        newest = max((checkpoint.base for checkpoint in self._notes.checkpoints()), default=0)
        self._interval_bytes = log.capacity_bytes // 2
        self._due_at = newest + self._interval_bytes
        self._rests_until = 0.0

    def ring(self) -> None:
        """Note where the output is as the program rings the bell; what a former daemon parsed, it has heard."""
        if not self.is_reviving:
            self.bell = self._log.end

    def keep_up(self, screen: Screen) -> None:
        """Note that the screen has parsed the log and answered its queries; write a checkpoint when it is due."""
        self._log.ring.mark_processed()
        if self._log.end >= self._due_at and (now := time.monotonic()) >= self._rests_until:
            self._write_checkpoint(screen, CHECKPOINT_BYTES)
            self._rests_until = now + REST_PER_CHECKPOINT * (time.monotonic() - now)

    def info(self, screen: Screen, status: ExitStatus | None, *, clients: int) -> messages.SessionInfo:
        """Return the session as lists show it."""
        labels = self._labels
        return messages.SessionInfo(
            id=labels.id,
            agent=self._program.agent,
            name=labels.name,
            title=screen.title,
            cwd=self._program.cwd,
            cols=screen.cols,
            rows=screen.rows,
            created_at=labels.created_at,
            active_at=self.active_at,
            alive=status is None,
            clients=clients,
            preview=screen.preview,
            output=self._log.end,
            bell=self.bell,
            code=None if status is None else status.code,
            signal=None if status is None else status.signal,
            started_by=None if labels.started_by is None else labels.started_by.name,
        )

    def close(self, screen: Screen) -> None:
        """Keep everything for the next daemon, as this one ends in order; it takes some 50 ms."""
        self.write_record()
        self._write_checkpoint(screen, WHOLE_BYTES)

    def _write_checkpoint(self, screen: Screen, size_bytes: int) -> None:
        taken = snapshot_at_end(screen, self._log, size_bytes, must_fit=False)
        is_whole = size_bytes == WHOLE_BYTES
        self._notes.write_checkpoint(Checkpoint(taken.base, taken.cols, taken.rows, taken.data, is_whole))
        self._due_at = self._log.end + self._interval_bytes

    def write_record(self) -> None:
        """Keep who the session is now; see `Record`."""
        self._notes.write_record(
            {
                "name": self._labels.name,
                "agent": self._program.agent,
                "cwd": self._program.cwd,
                "created_at": self._labels.created_at,
                "active_at": self.active_at,
                "ended_at": self.ended_at,
                "marks": [astuple(mark) for mark in self._log.marks[-RECORDED_MARKS:]],
                "bell": self.bell,
                "started_by": astuple(self._labels.started_by) if self._labels.started_by else None,
            }
        )

    def revive(self, screen: Screen) -> None:
        """Bring a fresh screen to the end of the log; `is_reviving` until it comes to what nobody has parsed yet.

        The screen that comes back is the one that was. If the log has lost what came after the last checkpoint, it is
        what the rest makes of that one.
        """
        log, unseen_at = self._log, self._log.ring.processed
        self.is_reviving = True
        offset = self._begin(screen)
        for stop in sorted({offset, unseen_at, log.end, *(mark.offset for mark in log.marks)}):
            if stop < offset:
                continue
            self.is_reviving = offset < unseen_at
            if stop > offset:
                screen.feed(log.read(offset, stop - offset))
                offset = stop
            mark = log.size_at(offset)
            if (mark.cols, mark.rows) != (screen.cols, screen.rows):
                screen.resize(mark.cols, mark.rows)
        self.is_reviving = False
        log.ring.mark_processed()

    def _begin(self, screen: Screen) -> int:
        """Bring the screen to an offset that the log still keeps, and return it."""
        log = self._log
        checkpoints = self._notes.checkpoints() if log.start > 0 else []
        kept = [checkpoint for checkpoint in checkpoints if log.start <= checkpoint.base <= log.end]
        for checkpoint in [found for found in kept if found.is_whole] or kept[:1] or checkpoints[-1:]:
            screen.resize(checkpoint.cols, checkpoint.rows)
            screen.feed(checkpoint.data)
            if kept:
                return checkpoint.base
        mark = log.size_at(log.start)
        screen.resize(mark.cols, mark.rows)
        if log.start == 0:
            return 0
        screen.feed(CANCEL)
        beginning = _BEGINNING.search(log.read(log.start, log.capacity_bytes))
        return log.start + (beginning.end() if beginning else 0)
