"""The phone is turned: the program gets the new size, nothing is lost."""

import re

import pytest

from tests.support.browser import BrowserPhone, Chromium
from tests.support.daemon import Daemon


@pytest.mark.parametrize("device", ["iPhone 13", "Pixel 7"])
@pytest.mark.thorough
async def test_rotation(chromium: Chromium, daemon: Daemon, device: str) -> None:
    async with chromium.phone(device) as phone:
        await phone.pair(daemon)
        await phone.open_shell()
        line = "long-" + "終わり-" * 12 + "end"
        await phone.run(f"echo {line}", f"\n{line}\n")
        upright = await program_size(phone)
        viewport = phone.page.viewport_size
        assert viewport is not None
        await phone.page.set_viewport_size({"width": viewport["height"], "height": viewport["width"]})
        lying = await program_size(phone, former=upright)
        assert lying[0] < upright[0]
        assert lying[1] > upright[1]
        await phone.page.set_viewport_size(viewport)
        assert await program_size(phone, former=lying) == upright
        assert (await phone.read()).count(f"\n{line}\n") == 1, "the line was wrapped three times and is whole"


async def program_size(phone: BrowserPhone, former: tuple[int, int] = (0, 0)) -> tuple[int, int]:
    """Return rows and columns as the program sees them, once they are not the former ones."""
    label = f"not-{former[0]}-{former[1]}"
    wait = f'while [ "$(stty size)" = "{former[0]} {former[1]}" ]; do sleep 0.1; done'
    size = re.compile(rf"^{label}: (\d+) (\d+)$", re.MULTILINE)
    found = size.search(await phone.run(f"{wait}; echo {label}: $(stty size)", re.compile(rf"\n{label}: \d+ \d+\n")))
    assert found is not None
    return int(found[1]), int(found[2])
