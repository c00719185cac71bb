"""The command line of the stand-in: its arguments are checked as strictly as the real program's."""

import argparse
import json
import os
import queue
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.support.pulumi import LOG_VARIABLE
from tests.support.pulumi.state import SIGNATURE, CommandFailed, StackFile

FAILED = 255
_HISTORY = {
    "kind": "update",
    "startTime": "2026-01-01T00:00:00.000Z",
    "endTime": "2026-01-01T00:00:01.000Z",
    "message": "",
    "environment": {},
    "config": {},
    "result": "succeeded",
}


def parse(arguments: list[str]) -> argparse.Namespace:
    """Return the arguments; one that is not known ends the program."""
    parser = argparse.ArgumentParser(prog="pulumi", allow_abbrev=False)
    parser.add_argument("--non-interactive", action="store_true")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("version")
    stacks = commands.add_parser("stack").add_subparsers(dest="subcommand", required=True)
    stacks.add_parser("select").add_argument("--stack", required=True)
    making = stacks.add_parser("init")
    making.add_argument("stack")
    making.add_argument("--secrets-provider", choices=["passphrase"], required=True)
    removing = stacks.add_parser("rm")
    removing.add_argument("stack")
    removing.add_argument("--yes", action="store_true", required=True)
    for name in ("output", "history"):
        reading = stacks.add_parser(name)
        reading.add_argument("--json", action="store_true", required=True)
        reading.add_argument("--show-secrets", action="store_true")
        reading.add_argument("--stack", required=True)
        if name == "history":
            reading.add_argument("--page-size")
            reading.add_argument("--page")
    for name in ("preview", "up", "destroy"):
        running = commands.add_parser(name)
        for flag in ("--refresh", *(() if name == "preview" else ("--yes", "--skip-preview"))):
            running.add_argument(flag, action="store_true", required=True)
        for option in ("--color", "--exec-kind", "--event-log", "--stack"):
            running.add_argument(option, required=True)
        if name != "destroy":
            running.add_argument("--client", required=True)
    return parser.parse_args(arguments)


def run(arguments: argparse.Namespace) -> None:
    """Do what is asked. Raises CommandFailed."""
    if arguments.command == "version":
        print(f"v{version('pulumi')}")
        return
    project = next(
        line.partition(": ")[2] for line in Path("Pulumi.yaml").read_text().splitlines() if line.startswith("name: ")
    )
    stack = arguments.stack
    file = StackFile(os.environ["PULUMI_BACKEND_URL"], project, stack, os.environ)
    if arguments.command == "stack" and arguments.subcommand == "init":
        if file.exists:
            raise CommandFailed(f"stack '{stack}' already exists")
        Path(f"Pulumi.{stack}.yaml").write_text(f"encryptionsalt: {file.make()}\n")
        print(f"Created stack '{stack}'")
        return
    if not file.exists:
        raise CommandFailed(f"no stack named '{stack}' found")
    if arguments.command == "stack":
        _about_stack(arguments, file)
    else:
        _run_engine(arguments, file, project)


def _about_stack(arguments: argparse.Namespace, file: StackFile) -> None:
    if arguments.subcommand == "rm":
        file.remove()
        Path(f"Pulumi.{arguments.stack}.yaml").unlink(missing_ok=True)
    elif arguments.subcommand == "history":
        print(json.dumps([_HISTORY]))
    elif arguments.subcommand == "output":
        file.load()
        roots = [resource for resource in file.resources.values() if resource["type"] == "pulumi:pulumi:Stack"]
        outputs = roots[0]["outputs"] if roots else {}
        assert SIGNATURE not in json.dumps(outputs), "the program exports no secret"
        print(json.dumps(outputs))


def _run_engine(arguments: argparse.Namespace, file: StackFile, project: str) -> None:
    import grpc
    from pulumi.runtime.proto import events_pb2, events_pb2_grpc

    from tests.support.pulumi.deployment import Deployment
    from tests.support.pulumi.providers import ProviderFailed

    file.load()
    events: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()

    def stream() -> Iterator[events_pb2.EventRequest]:
        for sequence, event in enumerate(iter(events.get, None)):
            yield events_pb2.EventRequest(event=json.dumps({"sequence": sequence, "timestamp": 0, **event}))

    dry = arguments.command == "preview"
    deployment = Deployment(file, project, arguments.stack, events.put, dry=dry)
    with grpc.insecure_channel(arguments.event_log.removeprefix("tcp://")) as channel:
        told = events_pb2_grpc.EventsStub(channel).StreamEvents.future(stream())
        try:
            deployment.refresh()
            if arguments.command == "destroy":
                deployment.delete(lambda _: True)
            else:
                deployment.run(arguments.client)
        except ProviderFailed as error:
            deployment.failure = str(error)
        finally:
            deployment.close()
            changes = dict(deployment.counts)
            events.put({"summaryEvent": {"maybeCorrupt": False, "durationSeconds": 0, "resourceChanges": changes}})
            events.put({"cancelEvent": {}})
            events.put(None)
            told.result(timeout=30)
    if deployment.failure is not None:
        print(f"Diagnostics:\n  pulumi:pulumi:Stack\n    error: {deployment.failure}")
        raise CommandFailed("update failed")


def main() -> int:
    """Run; return the exit status."""
    if log := os.environ.get(LOG_VARIABLE):
        with Path(log).open("a", encoding="utf-8") as file:
            file.write(json.dumps(sys.argv[1:]) + "\n")
    try:
        run(parse(sys.argv[1:]))
    except CommandFailed as error:
        print(f"error: {error}", file=sys.stderr)
        return FAILED
    return 0


sys.exit(main())
