import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from ptyprocess import PtyProcessUnicode

from loopsy_deploy.errors import WorkerdMissing
from loopsy_deploy.node import find_node
from loopsy_deploy.payload import PLACES
from loopsy_deploy.workerd_install import ensure_workerd, workerd_of_packages
from loopsy_deploy.wrangler.package import MANIFESTS, ensure_installed

INSTALL = (
    "import os; from loopsy_daemon.errors import LoopsyError; from loopsy_deploy.workerd_install import *\n"
    "try: ensure_workerd(os.environ)\n"
    "except LoopsyError as error: print(error.message, error.hint)"
)


def workerd_version(lock: Path) -> str:
    version = json.loads(lock.read_text(encoding="utf-8"))["packages"]["node_modules/workerd"]["version"]
    assert isinstance(version, str)
    return version


def test_the_workerd_that_comes_with_wrangler_is_the_one_that_was_tested() -> None:
    tested = workerd_version(PLACES[-1] / "relay" / "package-lock.json")
    assert workerd_version(MANIFESTS / "package-lock.json") == tested
    ensure_installed(find_node(), print)
    done = subprocess.run([ensure_workerd(os.environ), "--version"], capture_output=True, text=True, check=True)
    date = tested.split(".")[1]
    assert done.stdout.strip() == f"workerd {date[:4]}-{date[4:6]}-{date[6:]}"


def test_a_machine_for_which_there_is_none_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("platform.machine", lambda: "pdp11")
    with pytest.raises(WorkerdMissing, match="on pdp11"):
        workerd_of_packages(tmp_path)


def test_a_person_may_decline_the_installation(tmp_path: Path) -> None:
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path)}
    process = PtyProcessUnicode.spawn([sys.executable, "-c", INSTALL], env=environment, dimensions=(40, 200))
    seen = ""
    while "[Y/n]" not in seen:
        seen += process.read()
    process.write("n\n")
    while "LOOPSY_WORKERD=" not in seen:
        seen += process.read()
    assert "workerd is not installed." in seen
    process.wait()
    assert list(tmp_path.iterdir()) == []
