"""Put a pipeline's file into the repository around a directory; what a person has changed there stays."""

from pathlib import Path
from typing import Final, Literal

from loopsy_daemon.errors import UsageError
from loopsy_daemon.files import write_atomically
from loopsy_deploy.ci_pipeline import Pipeline, is_untouched
from loopsy_deploy.errors import DeployError

_FILE_MODE: Final = 0o644
Change = Literal["written", "updated", "unchanged"]


def put_pipeline(pipeline: Pipeline, start: Path, *, force: bool = False) -> tuple[Path, Change]:
    """Write the file and return where it is and what happened. Raises DeployError for a file changed by hand."""
    path = _repository(start) / pipeline.path
    wanted = pipeline.text()
    present = path.read_text(encoding="utf-8") if path.exists() else None
    if present == wanted:
        return path, "unchanged"
    if present is not None and not force and not is_untouched(present):
        raise DeployError(
            f"{path} was changed by hand, or made by something else.",
            f"compare: {pipeline.command} --stdout | diff {path} -; to replace it add --force",
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, wanted.encode(), mode=_FILE_MODE)
    return path, "written" if present is None else "updated"


def _repository(start: Path) -> Path:
    for directory in (start, *start.parents):
        if (directory / ".git").exists():  # a file in a worktree or submodule
            return directory
    raise UsageError(f"{start} is in no git repository.", "go to one, or print the file: add --stdout")
