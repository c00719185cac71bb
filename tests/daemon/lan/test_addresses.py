import pytest

from loopsy_daemon.errors import UsageError
from loopsy_daemon.lan.addresses import DEFAULT_PORT, format_address, parse_address


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("192.0.2.1", "192.0.2.1", DEFAULT_PORT),
        ("192.0.2.1:1", "192.0.2.1", 1),
        ("studio.local", "studio.local", DEFAULT_PORT),
        ("studio:65535", "studio", 65_535),
        ("2001:db8::1", "2001:db8::1", DEFAULT_PORT),
        ("[2001:db8::1]:80", "2001:db8::1", 80),
        ("[2001:db8::1]", "2001:db8::1", DEFAULT_PORT),
    ],
)
def test_an_address_is_read_and_written(text: str, host: str, port: int) -> None:
    assert parse_address(text) == (host, port)
    assert parse_address(format_address(host, port)) == (host, port)


@pytest.mark.parametrize(
    "text",
    ["", "a b", "http://studio", "studio:", "studio:0", "studio:65536", "[studio]:1", "-x", "a/b", "[::1", "a@b"],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse_address(text)
