"""What a session's program finds in its environment."""

from loopsy_daemon.sessions.environment import session_environment


def test_the_terminal_is_described_and_the_session_named() -> None:
    environment = session_environment({"TERM": "dumb", "PATH": "/bin", "EDITOR": "vi"}, "abc", "/srv")
    assert environment["TERM"] == "xterm-256color"
    assert environment["COLORTERM"] == "truecolor"
    assert environment["LOOPSY_SESSION"] == "abc"
    assert environment["PWD"] == "/srv"
    assert (environment["PATH"], environment["EDITOR"]) == ("/bin", "vi")


def test_what_belongs_to_the_daemon_or_to_where_it_was_started_is_left_out() -> None:
    names = (
        "CLAUDECODE CLAUDE_CODE_ENTRYPOINT CODEX_SANDBOX CODEX_THREAD_ID GEMINI_CLI OPENCODE AI_AGENT "
        "TMUX TMUX_PANE STY NO_COLOR COLUMNS LINES TERM_PROGRAM VTE_VERSION GPG_TTY SSH_TTY SSH_CONNECTION "
        "LOOPSY_REGISTRATION_SECRET LOOPSY_SECRETS LOOPSY_SESSION KITTY_WINDOW_ID VSCODE_IPC_HOOK NOTIFY_SOCKET SHLVL "
        "MAKEFLAGS MAKELEVEL npm_lifecycle_event npm_package_json npm_execpath INIT_CWD NVIM VIRTUAL_ENV PYTHONHOME"
    )
    dropped = set(names.split(" "))
    environment = session_environment(dict.fromkeys(dropped, "x"), "abc", "/")
    assert dropped & set(environment) == {"LOOPSY_SESSION"}
    assert environment["LOOPSY_SESSION"] == "abc"


def test_what_a_person_sets_to_configure_programs_stays() -> None:
    names = (
        "CLAUDE_CONFIG_DIR CLAUDE_CODE_USE_BEDROCK ANTHROPIC_API_KEY CODEX_HOME OPENCODE_CONFIG npm_config_registry "
        "SSH_AUTH_SOCK DISPLAY LOOPSY_HOME PYTHONPATH NODE_OPTIONS HOME USER"
    )
    kept = dict.fromkeys(names.split(" "), "x")
    assert kept.items() <= session_environment(kept, "abc", "/").items()


def test_the_path_forgets_an_activated_environment_and_package_scripts() -> None:
    path = "/srv/app/.venv/bin:/srv/app/node_modules/.bin:/usr/lib/npm/node-gyp-bin:/home/ada/.venv/bin:/usr/bin:"
    environment = session_environment({"PATH": path, "VIRTUAL_ENV": "/srv/app/.venv"}, "abc", "/")
    assert environment["PATH"] == "/home/ada/.venv/bin:/usr/bin:"


def test_only_an_agents_own_pager_and_editor_are_forgotten() -> None:
    set_by_agents = {"PAGER": "cat", "GIT_PAGER": "cat", "GIT_EDITOR": "true"}
    assert not set_by_agents.keys() & session_environment({**set_by_agents, "CLAUDECODE": "1"}, "abc", "/").keys()
    assert set_by_agents.items() <= session_environment(set_by_agents, "abc", "/").items()
    assert session_environment({"CODEX_CI": "1", "PAGER": "less"}, "abc", "/")["PAGER"] == "less"


def test_a_utf8_locale_is_set_only_where_there_is_none() -> None:
    assert session_environment({}, "s", "/")["LC_CTYPE"].endswith("UTF-8")
    assert "LC_ALL" not in session_environment({"LC_ALL": "C"}, "s", "/")
    for name in ("LANG", "LC_CTYPE", "LC_ALL"):
        environment = session_environment({name: "de_DE.UTF-8"}, "s", "/")
        assert environment[name] == "de_DE.UTF-8"
        assert set(environment) & {"LANG", "LC_CTYPE", "LC_ALL"} == {name}
