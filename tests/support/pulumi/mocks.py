"""What a program declares, seen by the SDK's own mocks: no engine, no provider."""

import asyncio
import contextvars
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pulumi
from pulumi.runtime.mocks import MockCallArgs, MockResourceArgs, Mocks, set_mocks

from tests.support.pulumi.state import plain


class _Recorder(Mocks):
    def __init__(self) -> None:
        self.resources: dict[str, MockResourceArgs] = {}

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]] | None]:
        raise AssertionError(f"the program looks {args.token} up: its caller knows everything")

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        self.resources[args.name] = args
        return f"id-of-{args.name}", plain(dict(args.inputs))


def declared(
    program: Callable[[], None], *, preview: bool = False, configuration: Mapping[str, str] | None = None
) -> dict[str, MockResourceArgs]:
    """Run the program in a context of its own; return the resources that it declares, by name."""
    recorder = _Recorder()

    loops: list[asyncio.AbstractEventLoop] = []

    def give_loop() -> None:
        # The SDK's mocks make a loop in every thread that has none, and leave it open.
        loops.append(asyncio.new_event_loop())
        asyncio.set_event_loop(loops[-1])

    def run(workers: ThreadPoolExecutor) -> None:
        give_loop()
        loops[0].set_default_executor(workers)
        set_mocks(recorder, project="loopsy-relay", stack="test", preview=preview)
        for key, value in (configuration or {}).items():
            pulumi.runtime.set_config(f"loopsy-relay:{key}", value)
        test: Callable[[Callable[[], None]], Callable[[], None]] = pulumi.runtime.test
        test(program)()

    with ThreadPoolExecutor(initializer=give_loop) as workers, ThreadPoolExecutor(max_workers=1) as own:
        own.submit(contextvars.copy_context().run, run, workers).result()
    for loop in loops:
        loop.close()
    return recorder.resources
