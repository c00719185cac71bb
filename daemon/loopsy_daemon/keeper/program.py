"""Start a program on a terminal of its own."""

import errno
import os
import signal
import termios
from collections.abc import Mapping, Sequence
from typing import Final, NoReturn

# What a daemon ignores or blocks, a program would ignore or block as well.
_RESTORED_SIGNALS: Final = ("SIGPIPE", "SIGXFSZ", "SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM", "SIGTSTP", "SIGCHLD")
_NO_EXEC_STATUS: Final = 127
_ERRNO_BYTES: Final = 4


def start_program(
    argv: Sequence[bytes], environment: Mapping[bytes, bytes], cwd: bytes, cols: int, rows: int
) -> tuple[int, int]:
    """Start `argv` as the leader of a session of its own; return its pid and its terminal's master, not blocking.

    The program is looked up in its own PATH. Raises OSError, with the program's or the directory's name.
    """
    master, terminal = os.openpty()
    failure, failing = os.pipe()
    try:
        termios.tcsetwinsize(terminal, (rows, cols))
        os.set_blocking(master, False)
        pid = os.fork()
        if pid == 0:
            _become(argv, environment, cwd, terminal, failing)
    except OSError:
        os.close(failure)
        os.close(master)
        raise
    finally:
        os.close(terminal)
        os.close(failing)
    reason = os.read(failure, _ERRNO_BYTES + 1)  # nothing once the program has replaced us
    os.close(failure)
    if reason:
        os.close(master)
        os.waitpid(pid, 0)
        number = int.from_bytes(reason[1:], "big")
        raise OSError(number, os.strerror(number), os.fsdecode(cwd if reason[:1] == b"d" else argv[0]))
    return pid, master


def _become(
    argv: Sequence[bytes], environment: Mapping[bytes, bytes], cwd: bytes, terminal: int, failing: int
) -> NoReturn:
    """Run in the child: become the program, or say why not."""
    stage = b"x"
    try:
        for name in _RESTORED_SIGNALS:
            signal.signal(signal.Signals[name], signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        os.login_tty(terminal)
        stage = b"d"
        os.chdir(cwd)
        stage = b"x"
        os.execvpe(argv[0], tuple(argv), environment)  # noqa: S606 - the person's own program
    except (OSError, ValueError) as error:  # the latter for a NUL
        number = getattr(error, "errno", None) or errno.EINVAL
        os.write(failing, stage + number.to_bytes(_ERRNO_BYTES, "big"))
    finally:
        os._exit(_NO_EXEC_STATUS)
