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
        "CLAUDECODE CLAUDE_CODE_ENTRYPOINT TMUX TMUX_PANE STY NO_COLOR COLUMNS LINES TERM_PROGRAM VTE_VERSION "
        "LOOPSY_REGISTRATION_SECRET LOOPSY_HOME KITTY_WINDOW_ID VSCODE_IPC_HOOK NOTIFY_SOCKET SHLVL"
    )
    dropped = names.split(" ")
    environment = session_environment(dict.fromkeys(dropped, "x"), "abc", "/")
    assert set(dropped) & set(environment) == set()


def test_a_utf8_locale_is_set_only_where_there_is_none() -> None:
    assert session_environment({}, "s", "/")["LC_CTYPE"].endswith("UTF-8")
    assert "LC_ALL" not in session_environment({"LC_ALL": "C"}, "s", "/")
    for name in ("LANG", "LC_CTYPE", "LC_ALL"):
        environment = session_environment({name: "de_DE.UTF-8"}, "s", "/")
        assert environment[name] == "de_DE.UTF-8"
        assert set(environment) & {"LANG", "LC_CTYPE", "LC_ALL"} == {name}
