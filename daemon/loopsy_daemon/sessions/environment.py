"""The environment of a session's program: the person's own, without what belongs to the daemon or its terminal."""

import sys
from collections.abc import Mapping
from typing import Final

# A terminal, multiplexer, agent or service manager that the daemon was started from; a program would believe it
# still talks to that one. NO_COLOR is there because agents set it for what they run.
_DROPPED: Final = frozenset(
    {
        *("CLAUDECODE", "CLAUDE_CODE_ENTRYPOINT", "CLAUDE_CODE_SSE_PORT", "GEMINI_CLI", "OPENCODE", "CODEX_SANDBOX"),
        *("TMUX", "TMUX_PANE", "STY", "WINDOW", "ZELLIJ", "ZELLIJ_SESSION_NAME", "ZELLIJ_PANE_ID"),
        *("COLUMNS", "LINES", "TERMCAP", "COLORFGBG", "NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE"),
        *("TERM_PROGRAM", "TERM_PROGRAM_VERSION", "TERM_SESSION_ID", "LC_TERMINAL", "LC_TERMINAL_VERSION"),
        *("VTE_VERSION", "WINDOWID", "WT_SESSION", "KONSOLE_VERSION", "TERMINFO", "TERMINFO_DIRS"),
        *("INVOCATION_ID", "JOURNAL_STREAM", "NOTIFY_SOCKET", "LISTEN_FDS", "LISTEN_PID", "MANAGERPID"),
        *("OLDPWD", "SHLVL", "_"),
    }
)
_DROPPED_PREFIXES: Final = ("LOOPSY_", "KITTY_", "WEZTERM_", "ITERM_", "GHOSTTY_", "ALACRITTY_", "VSCODE_")
_LOCALE_VARIABLES: Final = ("LC_ALL", "LC_CTYPE", "LANG")
_NO_LOCALE: Final = ("", "C", "POSIX")


def session_environment(home: Mapping[str, str], session_id: str, cwd: str) -> dict[str, str]:
    """Return the variables of a program that runs in the session `session_id` and the directory `cwd`."""
    environment = {
        name: value for name, value in home.items() if name not in _DROPPED and not name.startswith(_DROPPED_PREFIXES)
    }
    if all(environment.get(name, "") in _NO_LOCALE for name in _LOCALE_VARIABLES):
        environment.pop("LC_ALL", None)
        environment["LC_CTYPE"] = "UTF-8" if sys.platform == "darwin" else "C.UTF-8"
    environment.update(TERM="xterm-256color", COLORTERM="truecolor", LOOPSY_SESSION=session_id, PWD=cwd)
    return environment
