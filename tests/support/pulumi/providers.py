"""The two providers that the stand-in knows: the SDK's own for dynamic resources, and one that only remembers."""

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import grpc
from google.protobuf import json_format
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

Properties = dict[str, Any]
_DEADLINE_SECONDS = 60.0


class ProviderFailed(Exception):
    """A provider refused or failed, with what it told."""


class Provider(Protocol):
    """What an engine asks of a provider; no property is marked as secret any more."""

    def check(self, urn: str, olds: Properties, news: Properties) -> Properties:
        """Return the inputs to use."""

    def differs(self, urn: str, identity: str, olds: Properties, news: Properties) -> bool:
        """Say whether the inputs ask for something else than there is."""

    def create(self, urn: str, inputs: Properties) -> tuple[str, Properties]:
        """Return the new resource's id and outputs."""

    def update(self, urn: str, identity: str, olds: Properties, news: Properties) -> Properties:
        """Return the outputs."""

    def read(self, urn: str, identity: str, outputs: Properties) -> Properties | None:
        """Return the outputs as they are now, or None if the resource is gone."""

    def delete(self, urn: str, identity: str, outputs: Properties) -> None:
        """Delete the resource."""

    def close(self) -> None:
        """End what the provider runs."""


@dataclass(slots=True)
class RecordedCloudflare:
    """Remembers what the program declares; nothing reaches Cloudflare's stand-in."""

    count: int = 0

    def check(self, urn: str, olds: Properties, news: Properties) -> Properties:
        """Return the inputs to use."""
        return news

    def differs(self, urn: str, identity: str, olds: Properties, news: Properties) -> bool:
        """Compare all inputs."""
        return any(olds.get(key) != value for key, value in news.items())

    def create(self, urn: str, inputs: Properties) -> tuple[str, Properties]:
        """Give it a number."""
        self.count += 1
        return f"recorded-{self.count}", inputs

    def update(self, urn: str, identity: str, olds: Properties, news: Properties) -> Properties:
        """Return the outputs."""
        return news

    def read(self, urn: str, identity: str, outputs: Properties) -> Properties | None:
        """Return what is remembered."""
        return outputs

    def delete(self, urn: str, identity: str, outputs: Properties) -> None:
        """Forget it."""

    def close(self) -> None:
        """Nothing runs."""


class DynamicProvider:
    """`python -m pulumi.dynamic`, as Pulumi starts it: with the interpreter that PULUMI_PYTHON_CMD names."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._stub: Any = None

    def check(self, urn: str, olds: Properties, news: Properties) -> Properties:
        """Return the inputs to use."""
        request = provider_pb2.CheckRequest(urn=urn, olds=to_struct(olds), news=to_struct(news))
        answer = self._call("Check", request)
        failures: Sequence[Any] = answer.failures
        if failures:
            raise ProviderFailed("; ".join(f"{failure.property} {failure.reason}" for failure in failures))
        return from_struct(answer.inputs)

    def differs(self, urn: str, identity: str, olds: Properties, news: Properties) -> bool:
        """Ask the provider."""
        request = provider_pb2.DiffRequest(urn=urn, id=identity, olds=to_struct(olds), news=to_struct(news))
        return bool(self._call("Diff", request).changes == provider_pb2.DiffResponse.DIFF_SOME)

    def create(self, urn: str, inputs: Properties) -> tuple[str, Properties]:
        """Ask the provider."""
        answer = self._call("Create", provider_pb2.CreateRequest(urn=urn, properties=to_struct(inputs)))
        return str(answer.id), from_struct(answer.properties)

    def update(self, urn: str, identity: str, olds: Properties, news: Properties) -> Properties:
        """Ask the provider."""
        request = provider_pb2.UpdateRequest(urn=urn, id=identity, olds=to_struct(olds), news=to_struct(news))
        return from_struct(self._call("Update", request).properties)

    def read(self, urn: str, identity: str, outputs: Properties) -> Properties | None:
        """Ask the provider."""
        request = provider_pb2.ReadRequest(urn=urn, id=identity, properties=to_struct(outputs))
        answer = self._call("Read", request)
        return from_struct(answer.properties) if answer.id else None

    def delete(self, urn: str, identity: str, outputs: Properties) -> None:
        """Ask the provider."""
        self._call("Delete", provider_pb2.DeleteRequest(urn=urn, id=identity, properties=to_struct(outputs)))

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def _call(self, method: str, request: Any) -> Any:
        if self._stub is None:
            self._start()
        try:
            return getattr(self._stub, method)(request, timeout=_DEADLINE_SECONDS)
        except grpc.RpcError as error:
            raise ProviderFailed(str(error.details())) from None

    def _start(self) -> None:
        command = [os.environ.get("PULUMI_PYTHON_CMD") or "python3", "-W", "ignore", "-u", "-m", "pulumi.dynamic"]
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        port = int(self._process.stdout.readline())
        self._stub = provider_pb2_grpc.ResourceProviderStub(grpc.insecure_channel(f"127.0.0.1:{port}"))
        self._stub.Configure(provider_pb2.ConfigureRequest(), timeout=_DEADLINE_SECONDS)


def to_struct(properties: Properties) -> Struct:
    """Return the properties as gRPC carries them."""
    return json_format.ParseDict(properties, Struct())


def from_struct(struct: Struct) -> Properties:
    """Return the properties that gRPC carried."""
    found: Properties = json_format.MessageToDict(struct)
    return found
