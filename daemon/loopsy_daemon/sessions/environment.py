"""The environment of a session's program: the person's own, without what belongs to where the daemon was started."""

import os
import sys
from collections.abc import Mapping
from typing import Final

# A session outlives the terminal, multiplexer, editor, connection, agent, build or service manager that the daemon was
# started from. A program that found their variables would believe that it still talks to them. What a person sets to
# configure a program (CLAUDE_CONFIG_DIR, CODEX_HOME, npm_config_registry, …) stays.
_AGENTS: Final = frozenset(
    {
        *("CLAUDECODE", "CLAUDE_CODE_ENTRYPOINT", "CLAUDE_CODE_SSE_PORT", "CLAUDE_CODE_SESSION_ID", "CLAUDE_PID"),
        *("CODEX_SANDBOX", "CODEX_SANDBOX_NETWORK_DISABLED", "CODEX_THREAD_ID", "CODEX_CI", "CODEX_MANAGED_BY_NPM"),
        *("GEMINI_CLI", "OPENCODE", "OPENCODE_PID", "CURSOR_AGENT", "CURSOR_TRACE_ID", "AI_AGENT", "AGENT"),
    }
)
_DROPPED: Final = _AGENTS | {
    *("TMUX", "TMUX_PANE", "STY", "WINDOW", "ZELLIJ", "ZELLIJ_SESSION_NAME", "ZELLIJ_PANE_ID"),
    *("COLUMNS", "LINES", "TERMCAP", "COLORFGBG", "NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "GPG_TTY"),
    *("TERM_PROGRAM", "TERM_PROGRAM_VERSION", "TERM_SESSION_ID", "LC_TERMINAL", "LC_TERMINAL_VERSION"),
    *("VTE_VERSION", "WINDOWID", "WT_SESSION", "WT_PROFILE_ID", "KONSOLE_VERSION", "TERMINFO", "TERMINFO_DIRS"),
    *("TERMINAL_EMULATOR", "ELECTRON_RUN_AS_NODE", "INSIDE_EMACS", "VIM", "VIMRUNTIME", "NVIM", "ASCIINEMA_REC"),
    *("SSH_CLIENT", "SSH_CONNECTION", "SSH_TTY"),
    *("INVOCATION_ID", "JOURNAL_STREAM", "NOTIFY_SOCKET", "LISTEN_FDS", "LISTEN_PID", "MANAGERPID"),
    *("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "MAKE_TERMOUT", "MAKE_TERMERR"),
    *("npm_command", "npm_execpath", "npm_node_execpath", "npm_config_user_agent", "INIT_CWD"),
    *("VIRTUAL_ENV", "VIRTUAL_ENV_PROMPT", "PYTHONHOME", "PYTEST_CURRENT_TEST"),
    *("OLDPWD", "SHLVL", "_"),
}
_DROPPED_PREFIXES: Final = (
    *("LOOPSY_", "KITTY_", "WEZTERM_", "ITERM_", "GHOSTTY_", "ALACRITTY_", "VSCODE_", "WARP_"),
    *("npm_lifecycle_", "npm_package_"),
)
# So that a session's own `loopsy` speaks to the daemon that it belongs to.
_KEPT: Final = frozenset({"LOOPSY_HOME"})
# Agents keep what they run from asking anybody; a person's shell is to ask.
_SET_BY_AGENTS: Final = {"PAGER": "cat", "GIT_PAGER": "cat", "GH_PAGER": "cat", "GIT_EDITOR": "true"}
_TEMPORARY_DIRECTORIES: Final = ("node_modules/.bin", "node-gyp-bin")
_LOCALE_VARIABLES: Final = ("LC_ALL", "LC_CTYPE", "LANG")
_NO_LOCALE: Final = ("", "C", "POSIX")


def session_environment(home: Mapping[str, str], session_id: str, cwd: str) -> dict[str, str]:
    """Return the variables of a program that runs in the session `session_id` and the directory `cwd`."""
    environment = {name: value for name, value in home.items() if not _is_dropped(name)}
    if any(name in home for name in _AGENTS):
        for name, value in _SET_BY_AGENTS.items():
            if environment.get(name) == value:
                del environment[name]
    if "PATH" in environment:
        environment["PATH"] = _lasting_path(environment["PATH"], home.get("VIRTUAL_ENV", ""))
    if all(environment.get(name, "") in _NO_LOCALE for name in _LOCALE_VARIABLES):
        environment.pop("LC_ALL", None)
        environment["LC_CTYPE"] = "UTF-8" if sys.platform == "darwin" else "C.UTF-8"
    environment.update(TERM="xterm-256color", COLORTERM="truecolor", LOOPSY_SESSION=session_id, PWD=cwd)
    return environment


def _is_dropped(name: str) -> bool:
    return name not in _KEPT and (name in _DROPPED or name.startswith(_DROPPED_PREFIXES))


def _lasting_path(path: str, virtual_environment: str) -> str:
    """Return the path without the directories that an activated environment or a package script put there."""
    activated = f"{virtual_environment.rstrip('/')}/bin" if virtual_environment else None
    return os.pathsep.join(
        directory
        for directory in path.split(os.pathsep)
        if directory != activated and not directory.endswith(_TEMPORARY_DIRECTORIES)
    )
