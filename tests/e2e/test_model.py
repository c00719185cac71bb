"""Whatever is done to phones, paths, relay and daemon: no byte is lost, and every phone shows the program's screen."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from tests.e2e.model_world import PHONES, ModelSession, World, world_in

# More of them look for what the few of every run have not found; those are the same in every run.
EXAMPLES = int(os.environ.get("MODEL_EXAMPLES", "0"))
STEPS = int(os.environ.get("MODEL_STEPS", "25"))
FEW = 3
MOST_PRINTED_BYTES = 1_500_000  # the daemon keeps 2 MiB for a lossless phone that is away
FLOOD_BYTES = 450_000
"""More than a window and a half: who does not read meanwhile is skipped forward."""

SEEDS = st.integers(0, 1 << 30)
NUMBERS = st.integers(0, PHONES - 1)
SIZES = st.tuples(st.integers(20, 130), st.integers(5, 50))


@pytest.fixture
def world(tmp_path: Path, home: Path) -> Iterator[tuple[asyncio.Runner, World]]:
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        try:
            yield runner, runner.run(stack.enter_async_context(world_in(tmp_path, home)))
        finally:
            runner.run(stack.aclose())


class SessionModel(RuleBasedStateMachine):
    """One session; every rule does something to it and lets some time pass, the rule `settle` compares."""

    runner: asyncio.Runner
    world: World

    def __init__(self) -> None:
        super().__init__()
        self.printed_bytes = 0
        self.restarts = 0

    @initialize()
    def open(self) -> None:
        self.session = self.runner.run(ModelSession.open(self.world))

    def teardown(self) -> None:
        if hasattr(self, "session"):  # else it could not be opened, which has been reported
            try:
                self.runner.run(self.session.settle())
            finally:
                self.runner.run(self.session.close())

    def alive(self) -> bool:
        return self.session.status is None

    def pass_time(self, seconds: float = 0.01) -> None:
        self.runner.run(asyncio.sleep(seconds))

    def number(self, number: int) -> int:
        return number % len(self.session.phones)

    @precondition(alive)
    @rule(seed=SEEDS, size_bytes=st.integers(1, 30_000))
    def print(self, seed: int, size_bytes: int) -> None:
        if self.printed_bytes + size_bytes < MOST_PRINTED_BYTES:
            self.printed_bytes += size_bytes
            self.session.command(f"print {seed} {size_bytes}")
            self.pass_time()

    @rule(seed=SEEDS, number=NUMBERS, size_bytes=st.integers(1, 3_000))
    def type(self, seed: int, number: int, size_bytes: int) -> None:
        self.session.type(self.number(number), seed, size_bytes)
        self.pass_time()

    @precondition(alive)
    @rule(seed=SEEDS, number=NUMBERS)
    def flood_a_phone_that_does_not_read(self, seed: int, number: int) -> None:
        lossy = [phone for phone in self.session.phones if not phone.lossless]
        phone = lossy[number % len(lossy)]
        if self.printed_bytes + FLOOD_BYTES < MOST_PRINTED_BYTES:
            self.printed_bytes += FLOOD_BYTES
            phone.stall()
            self.session.command(f"print {seed} {FLOOD_BYTES}")
            self.pass_time(0.3)
            phone.wake()

    @rule(number=NUMBERS)
    def stall_or_wake(self, number: int) -> None:
        phone = self.session.phones[self.number(number)]
        (phone.wake if phone.stalled else phone.stall)()
        self.pass_time()

    @rule(number=NUMBERS, size_bytes=st.one_of(st.just(0), st.integers(1, 6_000), st.integers(1, 60_000)))
    def cut_a_phone(self, number: int, size_bytes: int) -> None:
        self.session.paths[self.number(number)].cut_after(size_bytes)
        self.pass_time()

    @rule(number=NUMBERS, cuts=st.lists(st.integers(1, 4_000), min_size=1, max_size=3))
    def cut_the_next_connections(self, number: int, cuts: list[int]) -> None:
        path = self.session.paths[self.number(number)]
        path.cuts = list(cuts)
        path.cut_after(0)
        self.pass_time(0.05)

    @rule(number=NUMBERS)
    def let_a_path_fall_silent(self, number: int) -> None:
        number = self.number(number)
        if not self.session.phones[number].lossless:  # which would hold the program back until its link is missed
            self.session.paths[number].fall_silent()
            self.pass_time()
            self.session.phones[number].give_up()

    @rule(size_bytes=st.one_of(st.just(0), st.integers(1, 20_000)))
    def cut_the_daemon(self, size_bytes: int) -> None:
        self.world.daemon_path.cut_after(size_bytes)
        self.pass_time()

    @precondition(lambda self: len(self.session.phones) < PHONES)
    @rule(lossless=st.booleans(), size=SIZES)
    def attach_another(self, lossless: bool, size: tuple[int, int]) -> None:
        self.runner.run(self.session.follow(lossless=lossless, cols=size[0], rows=size[1]))
        self.pass_time(0.03)

    @rule(number=NUMBERS, size=SIZES, claim=st.booleans())
    def resize(self, number: int, size: tuple[int, int], claim: bool) -> None:
        self.runner.run(self.session.phones[self.number(number)].resize(*size, claim=claim))
        self.pass_time()

    @precondition(lambda self: self.restarts < 2)
    @rule(what=st.sampled_from(["relay", "daemon", "kill the daemon"]))
    def restart(self, what: str) -> None:
        self.restarts += 1
        if what == "relay":
            self.runner.run(self.world.restart_relay())
        else:
            self.runner.run(self.world.restart_daemon(kill=what == "kill the daemon"))
        self.pass_time()

    @precondition(alive)
    @rule(status=st.integers(0, 255), often=st.integers(0, 4))
    def exit(self, status: int, often: int) -> None:
        if often == 0:
            self.session.command(f"exit {status}")
            self.session.status = status
            self.pass_time()

    @rule()
    def settle(self) -> None:
        self.runner.run(self.session.settle())


@pytest.mark.slow
@pytest.mark.timeout(max(180, EXAMPLES * 60))
def test_sessions_lose_nothing(world: tuple[asyncio.Runner, World]) -> None:
    machine = type("InThisWorld", (SessionModel,), {"runner": world[0], "world": world[1]})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES or FEW,
            stateful_step_count=STEPS,
            derandomize=not EXAMPLES,
            database=None,
            phases=[Phase.generate],
        ),
    )
    print(dict(world[1].counts))  # shown by pytest -s
