import subprocess
import sys

from loopsy_daemon.lan.errors import PeerRefused, WrongCertificate


def test_what_another_machine_says_cannot_steer_the_terminal() -> None:
    refused = PeerRefused("denied", "studio\x1b]0;x\x07: no\u202e.", "\x9b2J")
    assert (
        refused.message == "studio\N{REPLACEMENT CHARACTER}]0;x\N{REPLACEMENT CHARACTER}: no\N{REPLACEMENT CHARACTER}."
    )
    assert refused.hint == "\N{REPLACEMENT CHARACTER}2J"
    assert len(WrongCertificate("n" * 100_000).message) <= 1_000


def test_a_daemon_that_does_not_listen_loads_neither_a_server_nor_an_http_client() -> None:
    script = (
        "import sys, loopsy_daemon.service.main; "
        "heavy = {'httpx', 'rich', 'starlette', 'uvicorn', 'zeroconf', 'loopsy_daemon.lan.machine'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "[]\n"
