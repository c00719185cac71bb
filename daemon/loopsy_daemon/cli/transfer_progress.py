"""How far a transfer is, on the terminal's last line; nothing where stderr is no terminal."""

import sys
from types import TracebackType
from typing import TYPE_CHECKING, Self

from loopsy_daemon.cli.text import printable

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class TransferProgress:
    """A context with a bar for one file or directory; it leaves no trace but what it is told to say."""

    def __init__(self, name: str) -> None:
        self.done_bytes = 0
        self.size_bytes = 0
        self._name = printable(name)
        self._bar: Progress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.markup import escape
            from rich.progress import (
                BarColumn,
                DownloadColumn,
                Progress,
                TextColumn,
                TimeRemainingColumn,
                TransferSpeedColumn,
            )

            self._bar = Progress(
                TextColumn("{task.description}"),
                BarColumn(bar_width=None),
                DownloadColumn(binary_units=True),
                TransferSpeedColumn(),
                TimeRemainingColumn(compact=True),
                console=Console(stderr=True),
                transient=True,
                expand=True,
            )
            self._task = self._bar.add_task(escape(self._name), total=None)
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._bar:
            self._bar.stop()

    def begin(self, name: str) -> None:
        """Say that this file is next."""
        if self._bar and self._task is not None:
            from rich.markup import escape

            self._bar.update(self._task, description=escape(printable(name)))

    def __call__(self, done_bytes: int, size_bytes: int) -> None:
        """Show that so many bytes of so many are there."""
        self.done_bytes, self.size_bytes = done_bytes, size_bytes
        if self._bar and self._task is not None:
            self._bar.update(self._task, completed=done_bytes, total=size_bytes)
