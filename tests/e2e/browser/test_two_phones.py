"""Two phones on one session: both see the same, both may type."""

from tests.support.browser import Chromium
from tests.support.daemon import Daemon


async def test_both_see_what_either_types(chromium: Chromium, daemon: Daemon) -> None:
    async with chromium.phone("iPhone 13") as first, chromium.phone("Pixel 7") as second:
        await first.pair(daemon, label="First")
        await first.open_shell()
        await first.run("echo first-$((1+1)) 終わり", "first-2 終わり\n")
        await second.pair(daemon, label="Second")
        await second.open_session("shell")
        await second.read("first-2 終わり\n")
        await second.type_keys("echo second-$((1+1))\n")
        for phone in (first, second):
            await phone.read("second-2\n")
        await first.run("clear; seq 1 60; echo last-$((1+1))", "last-2\n")
        await second.read("last-2\n")
        assert (await second.read()).rstrip("\n") == (await first.read()).rstrip("\n")
