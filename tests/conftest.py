"""What holds for every test: a home that is nobody's, and property tests that are the same on every machine."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from loopsy_daemon.keeper.client import end_programs
from loopsy_daemon.paths import Paths

settings.register_profile("loopsy", deadline=None, print_blob=True)
settings.load_profile("loopsy")


@pytest.fixture(autouse=True, scope="session")
def nobodys_home() -> Iterator[None]:
    """Keep the person's own home, agents' variables and colours out of every test."""
    removed = [name for name in os.environ if name.startswith("LOOPSY_")] + ["NO_COLOR", "FORCE_COLOR", "COLUMNS"]
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory(prefix="loopsy-home-") as directory:
        for name in removed:
            patch.delenv(name, raising=False)
        patch.setenv("LOOPSY_HOME", directory)
        yield


@pytest.fixture
def home() -> Iterator[Path]:
    """Give an empty home whose path is short enough for a socket, unlike pytest's own."""
    with tempfile.TemporaryDirectory(prefix="loopsy-") as directory:
        yield Path(directory).resolve()
        end_programs(Paths.of(Path(directory)).keeper_socket)  # of a test that failed before it did
