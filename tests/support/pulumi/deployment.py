"""A run of a program: its registrations become steps, each told as an event and, unless previewed, carried out."""

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent import futures
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import (
    EngineServicer,
    ResourceMonitorServicer,
    engine_pb2,
    engine_pb2_grpc,
    language_pb2,
    language_pb2_grpc,
    resource_pb2,
    resource_pb2_grpc,
)

from tests.support.pulumi.providers import (
    DynamicProvider,
    Provider,
    ProviderFailed,
    RecordedCloudflare,
    from_struct,
    to_struct,
)
from tests.support.pulumi.state import SECRET, SIGNATURE, CommandFailed, StackFile, is_secret, plain

_STACK = "pulumi:pulumi:Stack"
_DYNAMIC = "pulumi-python:"
_CLOUDFLARE = "cloudflare:"
_DEADLINE_SECONDS = 120.0


class Deployment(ResourceMonitorServicer, EngineServicer):
    """One `preview`, `up` or `destroy` of a stack. `emit` takes the events; a failure is the run's `failure`."""

    def __init__(
        self, file: StackFile, project: str, stack: str, emit: Callable[[dict[str, Any]], None], *, dry: bool
    ) -> None:
        self._file = file
        self._project, self._stack = project, stack
        self._emit = emit
        self._dry = dry
        self._lock = threading.Lock()
        self._seen: set[str] = set()
        self._dynamic, self._recorded = DynamicProvider(), RecordedCloudflare()
        self.counts: Counter[str] = Counter()
        self.failure: str | None = None

    def close(self) -> None:
        """End what runs."""
        self._dynamic.close()

    def refresh(self) -> None:
        """Replace what the state says by what there is."""
        for urn, resource in list(self._file.resources.items()):
            if not resource["custom"]:
                continue
            self._tell("refresh", urn, resource["type"])
            found = self._provider(resource["type"]).read(urn, resource["id"], plain(resource["outputs"]))
            if found is None:
                del self._file.resources[urn]
            else:
                resource["outputs"] = found
        self._save()

    def run(self, client: str) -> None:
        """Call the program at its language server, then delete what it no longer declares."""
        server = grpc.server(futures.ThreadPoolExecutor(max_workers=8))
        resource_pb2_grpc.add_ResourceMonitorServicer_to_server(self, server)
        engine_pb2_grpc.add_EngineServicer_to_server(self, server)
        address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
        server.start()
        try:
            with grpc.insecure_channel(client) as channel:
                request = language_pb2.RunRequest(
                    project=self._project,
                    stack=self._stack,
                    monitor_address=address,
                    args=[address],
                    dryRun=self._dry,
                    parallel=4,
                    organization="organization",
                )
                answer = language_pb2_grpc.LanguageRuntimeStub(channel).Run(request, timeout=_DEADLINE_SECONDS)
        finally:
            server.stop(0)
        if self.failure is None and answer.error:
            self.failure = answer.error
        if self.failure is None:
            self.delete(lambda urn: urn not in self._seen)

    def delete(self, chosen: Callable[[str], bool]) -> None:
        """Delete the chosen resources, the newest first."""
        for urn, resource in reversed(list(self._file.resources.items())):
            if not chosen(urn):
                continue
            self._tell("delete", urn, resource["type"])
            if resource["custom"] and not self._dry:
                self._provider(resource["type"]).delete(urn, resource["id"], plain(resource["outputs"]))
            del self._file.resources[urn]
            self._save()

    def RegisterResource(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802 - gRPC's name
        """Take a step for the resource."""
        with self._lock:
            try:
                urn, resource = self._register(request)
            except (ProviderFailed, CommandFailed) as error:
                self.failure = str(error)
                self._emit({"diagnosticEvent": {"message": str(error), "color": "never", "severity": "error"}})
                context.abort(grpc.StatusCode.UNAVAILABLE, "the engine has stopped")
        return resource_pb2.RegisterResourceResponse(
            urn=urn, id=resource["id"], object=to_struct(resource["outputs"]), stable=False
        )

    def RegisterResourceOutputs(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Keep a component's outputs."""
        with self._lock:
            self._file.resources[request.urn]["outputs"] = from_struct(request.outputs)
            self._save()
        return empty_pb2.Empty()

    def SupportsFeature(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Know what secrets are."""
        return resource_pb2.SupportsFeatureResponse(hasSupport=request.id in {"secrets", "aliasSpecs"})

    def SignalAndWaitForShutdown(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Let the program end."""
        return empty_pb2.Empty()

    def Log(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Tell the program's errors."""
        if request.severity == engine_pb2.ERROR and self.failure is None:
            self._emit({"diagnosticEvent": {"message": request.message, "color": "never", "severity": "error"}})
        return empty_pb2.Empty()

    def _register(self, request: Any) -> tuple[str, dict[str, Any]]:
        parent = request.parent.split("::")[-2] if request.parent else ""
        kind = f"{parent}${request.type}" if parent not in {"", _STACK} else request.type
        urn = f"urn:pulumi:{self._stack}::{self._project}::{kind}::{request.name}"
        if urn in self._seen:
            raise CommandFailed(f"Duplicate resource URN '{urn}'; try giving it a unique name")
        self._seen.add(urn)
        old = self._file.resources.get(urn)
        news = from_struct(request.object)
        if not request.custom:
            self._tell("same" if old else "create", urn, request.type)
            resource = {**_resource(urn, request), "inputs": news, "outputs": news}
        else:
            resource = self._step(urn, request, old, news)
        self._file.resources[urn] = resource
        self._save()
        return urn, resource

    def _step(self, urn: str, request: Any, old: dict[str, Any] | None, news: dict[str, Any]) -> dict[str, Any]:
        provider = self._provider(request.type)
        checked = provider.check(urn, plain(old["inputs"]) if old else {}, plain(news))
        before = plain(old["outputs"]) if old else {}
        identity = str(old["id"]) if old else ""
        operation = (
            "create" if old is None else "update" if provider.differs(urn, identity, before, checked) else "same"
        )
        self._tell(operation, urn, request.type)
        outputs = before if operation == "same" else checked
        if operation == "create" and not self._dry:
            identity, outputs = provider.create(urn, checked)
        elif operation == "update" and not self._dry:
            outputs = provider.update(urn, identity, before, checked)
        secret = {key for key, value in news.items() if is_secret(value)}
        marked = {key: _marked(value) if key in secret else value for key, value in outputs.items()}
        return {**_resource(urn, request), "id": identity, "inputs": news, "outputs": marked}

    def _provider(self, kind: str) -> Provider:
        if kind.startswith(_DYNAMIC):
            return self._dynamic
        if kind.startswith(_CLOUDFLARE):
            return self._recorded
        raise CommandFailed(f"no resource plugin for '{kind}' found in the workspace")

    def _tell(self, operation: str, urn: str, kind: str) -> None:
        self.counts[operation] += 1
        metadata: Mapping[str, Any] = {"op": operation, "urn": urn, "type": kind, "provider": ""}
        self._emit({"resourcePreEvent": {"metadata": metadata, "planning": self._dry}})

    def _save(self) -> None:
        if not self._dry:
            self._file.save()


def _resource(urn: str, request: Any) -> dict[str, Any]:
    return {"urn": urn, "type": request.type, "custom": request.custom, "id": "", "parent": request.parent}


def _marked(value: Any) -> dict[str, Any]:
    return {SIGNATURE: SECRET, "value": value}
