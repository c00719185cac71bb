from loopsy_daemon.dashboard.logins import MAX_KEYS, MAX_TOKENS, TOKEN_SECONDS, Logins


class Clock:
    """A time that the test sets."""

    now = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_a_token_logs_in_once() -> None:
    logins = Logins(Clock())
    token = logins.invite()
    key = logins.redeem(token)
    assert key is not None
    assert logins.knows(key)
    assert logins.redeem(token) is None
    assert not logins.knows(token)
    assert logins.redeem(key) is None


def test_a_token_ends_after_a_minute_and_the_key_for_it_does_not() -> None:
    clock = Clock()
    logins = Logins(clock)
    token, late = logins.invite(), logins.invite()
    clock.now += TOKEN_SECONDS - 0.001
    key = logins.redeem(token)
    clock.now += 0.001
    assert logins.redeem(late) is None
    assert key is not None
    assert logins.knows(key)


def test_what_nobody_gave_out_is_not_known() -> None:
    logins = Logins(Clock())
    logins.invite()
    for text in ("", "a", "\udcff", "x" * 10_000):
        assert logins.redeem(text) is None
        assert not logins.knows(text)


def test_of_too_many_the_oldest_ends() -> None:
    logins = Logins(Clock())
    tokens = [logins.invite() for _ in range(MAX_TOKENS + 1)]
    assert logins.redeem(tokens[0]) is None
    assert logins.redeem(tokens[1]) is not None
    keys = [logins.redeem(logins.invite()) or "" for _ in range(MAX_KEYS)]
    assert all(logins.knows(key) for key in keys)
    assert logins.redeem(logins.invite()) is not None
    assert [logins.knows(key) for key in keys[:2]] == [False, True]
