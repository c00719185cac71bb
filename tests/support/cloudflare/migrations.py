"""Durable Object migrations: which classes have objects after them (pure)."""

import uuid
from collections.abc import Collection, Mapping

from tests.support.cloudflare import errors
from tests.support.cloudflare.scripts import Json, Namespace

_STEP_KEYS = {"new_classes", "new_sqlite_classes", "deleted_classes", "renamed_classes"}


def migrate(
    namespaces: Mapping[str, Namespace], current_tag: str | None, migrations: Json | None, exported: Collection[str]
) -> tuple[dict[str, Namespace], str | None]:
    """Return the classes and the tag after the migrations of an upload, or raise what Cloudflare answers."""
    after = dict(namespaces)
    tag = current_tag
    if migrations is not None:
        if unknown := migrations.keys() - {"old_tag", "new_tag", "steps"}:
            raise errors.unreadable(f"unknown field in migrations: {', '.join(sorted(unknown))}")
        old_tag = migrations.get("old_tag") or ""
        if old_tag != (current_tag or ""):
            raise errors.wrong_migration_tag(old_tag, current_tag or "")
        tag = migrations.get("new_tag", current_tag)
        for step in migrations.get("steps", []):
            _take_step(after, step, exported)
    for class_name in after:
        if class_name not in exported:
            raise errors.class_in_use_not_exported(class_name)
    return after, tag


def _take_step(namespaces: dict[str, Namespace], step: Json, exported: Collection[str]) -> None:
    if unknown := step.keys() - _STEP_KEYS:
        raise errors.unreadable(f"unknown migration: {', '.join(sorted(unknown))}")
    if step.get("new_classes"):
        raise errors.plan_without_key_value_classes()
    for class_name in step.get("new_sqlite_classes", []):
        if class_name in namespaces:
            raise errors.class_exists(class_name)
        if class_name not in exported:
            raise errors.class_not_exported(class_name)
        namespaces[class_name] = Namespace(uuid.uuid4().hex, class_name, uses_sqlite=True)
    for renamed in step.get("renamed_classes", []):
        former = namespaces.pop(renamed["from"], None)
        if former is None:
            raise errors.class_unknown(renamed["from"], "renamed_classes")
        namespaces[renamed["to"]] = Namespace(former.id, renamed["to"], former.uses_sqlite)
    for class_name in step.get("deleted_classes", []):
        if namespaces.pop(class_name, None) is None:
            raise errors.class_unknown(class_name, "deleted_classes")
