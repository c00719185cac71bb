"""What an account's analytics know: rows of datasets, filtered, grouped and added up as a query asks."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from tests.support.cloudflare.graphql import Field


@dataclass(frozen=True, slots=True)
class Dataset:
    """The fields of a dataset that this stand-in has, by what they are asked with."""

    dimensions: frozenset[str]
    measures: dict[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class AnalyticsRow:
    """Something measured; `values` has dimensions and measures alike."""

    dataset: str
    values: dict[str, Any]


_REQUESTS: Final = {"sum": frozenset({"requests", "errors", "subrequests"})}
DATASETS: Final = {
    "workersInvocationsAdaptive": Dataset(frozenset({"date", "scriptName", "status"}), _REQUESTS),
    "durableObjectsInvocationsAdaptiveGroups": Dataset(
        frozenset({"date", "namespaceId", "scriptName"}), {"sum": frozenset({"requests", "errors", "wallTime"})}
    ),
    "durableObjectsPeriodicGroups": Dataset(
        frozenset({"date", "namespaceId", "objectId"}),
        {
            "sum": frozenset(
                {"activeTime", "cpuTime", "duration", "inboundWebsocketMsgCount", "rowsRead", "rowsWritten"}
            ),
            "max": frozenset({"activeWebsocketConnections"}),
        },
    ),
    "durableObjectsSqlStorageGroups": Dataset(frozenset({"date", "namespaceId"}), {"max": frozenset({"storedBytes"})}),
}
MAX_LIMIT: Final = 10_000
_ADDING: Final[dict[str, Callable[[Iterable[Any]], Any]]] = {"sum": sum, "max": max}


def read_dataset(asked: Field, rows: Iterable[AnalyticsRow]) -> list[dict[str, Any]]:
    """Return the groups that a field asks for. Raises ValueError for what Cloudflare would refuse."""
    dataset = DATASETS.get(asked.name)
    if dataset is None:
        raise ValueError(f'unknown field "{asked.name}"')
    _check(asked, dataset)
    matching = [
        row.values for row in rows if row.dataset == asked.name and _passes(row.values, asked.arguments["filter"])
    ]
    by = [field.name for part in asked.selection if part.name == "dimensions" for field in part.selection]
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for values in matching:
        groups.setdefault(tuple(values[name] for name in by), []).append(values)
    return [_group(asked, group) for group in groups.values()][: asked.arguments["limit"]]


def _check(asked: Field, dataset: Dataset) -> None:
    if not {*asked.arguments} <= {"limit", "filter", "orderBy"}:
        raise ValueError(f"unknown arg for {asked.name}")
    if not 0 < asked.arguments.get("limit", 0) <= MAX_LIMIT:
        raise ValueError(f"limit must be positive number and not greater than {MAX_LIMIT}")
    filters = asked.arguments.get("filter") or {}
    names = {name.removesuffix("_geq").removesuffix("_leq") for name in filters}
    if "date" not in names:
        raise ValueError(f"{asked.name} needs a filter of the time")
    if not names <= dataset.dimensions:
        raise ValueError(f"unknown arg {min(names - dataset.dimensions)}")
    if not asked.selection:
        raise ValueError("object field must have selections")
    for part in asked.selection:
        known = dataset.dimensions if part.name == "dimensions" else dataset.measures.get(part.name)
        if known is None:
            raise ValueError(f'unknown field "{part.name}"')
        if not part.selection:
            raise ValueError("object field must have selections")
        for measure in part.selection:
            if measure.name not in known:
                raise ValueError(f'unknown field "{measure.name}"')
            if measure.selection:
                raise ValueError("scalar fields must have no selections")


def _passes(values: dict[str, Any], filters: dict[str, Any]) -> bool:
    for name, wanted in filters.items():
        if name.endswith("_geq"):
            passes = values[name.removesuffix("_geq")] >= wanted
        elif name.endswith("_leq"):
            passes = values[name.removesuffix("_leq")] <= wanted
        else:
            passes = values[name] == wanted
        if not passes:
            return False
    return True


def _group(asked: Field, group: list[dict[str, Any]]) -> dict[str, Any]:
    answer: dict[str, Any] = {}
    for part in asked.selection:
        if part.name == "dimensions":
            answer[part.key] = {field.key: group[0][field.name] for field in part.selection}
        else:
            add = _ADDING[part.name]
            answer[part.key] = {field.key: add(row.get(field.name, 0) for row in group) for field in part.selection}
    return answer
