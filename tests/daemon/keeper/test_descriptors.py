"""The keeper, or the daemon, with no room for another descriptor."""

import os
import resource
from itertools import count
from pathlib import Path

import pytest

from loopsy_daemon.keeper.client import Keeper
from loopsy_daemon.keeper.ring import Ring

SIZE = (80, 24)


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="limits of another process are Linux'")
@pytest.mark.parametrize("whose", ["ours", "the keeper's"])
def test_who_has_no_room_for_a_descriptor_loses_that_session_alone(home: Path, whose: str) -> None:
    keeper, ring = Keeper.start(home / "keeper.sock", home / "keeper.log"), Ring.create(65_536)
    first = keeper.spawn("first", ["/bin/cat"], {}, "/", SIZE, ring.descriptor)
    pid = os.getpid() if whose == "ours" else keeper.pid
    free = next(number for number in count() if not Path(f"/proc/{pid}/fd/{number}").is_symlink())
    limits = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (free, limits[1]))
    try:
        with pytest.raises(OSError, match="Too many open files"):
            keeper.spawn("second", ["/bin/cat"], {}, "/", SIZE, ring.descriptor)
    finally:
        resource.prlimit(pid, resource.RLIMIT_NOFILE, limits)
    second = keeper.spawn("second", ["/bin/cat"], {}, "/", SIZE, ring.descriptor)
    for descriptor in (*keeper.adopt("first"), first[1], second[1]):
        assert descriptor is not None
        os.close(descriptor)
    ring.close()
    keeper.close()
