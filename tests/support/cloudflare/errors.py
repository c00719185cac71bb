"""What Cloudflare's API says when it refuses: status, code and sentence, as people have met them."""

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(eq=False, slots=True)
class ApiError(Exception):
    """A refusal: the HTTP status, and one or more codes with their messages."""

    status: int
    errors: tuple[tuple[int, str], ...]
    headers: dict[str, str] = field(default_factory=dict)
    chain: tuple[int, str] | None = None  # what is behind the first one

    @classmethod
    def of(cls, status: int, code: int, message: str) -> "ApiError":
        """Return a refusal with one code."""
        return cls(status, ((code, message),))


def no_credentials() -> ApiError:
    """Return the refusal of a request without any credentials."""
    return ApiError.of(400, 9106, "Missing X-Auth-Key, X-Auth-Email or Authorization headers")


def malformed_token() -> ApiError:
    """Return the refusal of what cannot be a token."""
    behind = (6111, "Invalid format for Authorization header")
    return ApiError(400, ((6003, "Invalid request headers"),), chain=behind)


def wrong_token(path: str) -> ApiError:
    """Return the refusal of a token that is unknown."""
    if path == "/user/tokens/verify":
        return ApiError.of(401, 1000, "Invalid API Token")
    return ApiError.of(403, 10000, "Authentication error")


def missing_permission(path: str) -> ApiError:
    """Return the refusal of a token that lacks the permission: Workers answer as if they did not know the token."""
    if "/workers/" in path:
        return ApiError.of(403, 10000, "Authentication error")
    return ApiError.of(403, 9109, "Unauthorized to access requested resource")


def no_route(path: str) -> ApiError:
    """Return the refusal of an address that does not exist."""
    return ApiError(
        404,
        (
            (7003, f"Could not route to /client/v4{path}, perhaps your object identifier is invalid?"),
            (7000, "No route for that URI"),
        ),
    )


def script_missing() -> ApiError:
    """Return the refusal where a script is looked for and is not there."""
    return ApiError.of(404, 10007, "This Worker does not exist on your account.")


def service_missing() -> ApiError:
    """Return the refusal where a service is looked for and is not there."""
    return ApiError.of(404, 10090, "This service does not exist on your account.")


def bad_name() -> ApiError:
    """Return the refusal of a name that a Worker may not have."""
    return ApiError.of(400, 10016, "workers.api.error.invalid_script_name")


def invalid(message: str) -> ApiError:
    """Return the refusal of a script that does not validate."""
    return ApiError.of(400, 10021, message)


def unreadable(message: str) -> ApiError:
    """Return the refusal of a body that cannot be parsed."""
    return ApiError.of(400, 10026, f"Could not parse your request body: {message}")


def no_handlers() -> ApiError:
    """Return the refusal of a script that nothing can call."""
    return ApiError.of(400, 10068, "The uploaded script has no registered event handlers.")


def too_large(limit_bytes: int) -> ApiError:
    """Return the refusal of a script that is larger than the plan allows."""
    return ApiError.of(
        413,
        10027,
        f"Your Worker exceeded the size limit of {limit_bytes // 1_048_576} MiB. Please upgrade to a paid plan.",
    )


def no_subdomain_yet() -> ApiError:
    """Return the answer to who asks for the workers.dev subdomain of an account that has none."""
    return ApiError.of(404, 10007, "You do not have a workers.dev subdomain.")


def subdomain_required() -> ApiError:
    """Return the refusal to publish on workers.dev without a subdomain."""
    return ApiError.of(
        404,
        10063,
        "You need a workers.dev subdomain in order to proceed. Please go to the dashboard and open the Workers menu. "
        "Opening the Workers landing page for the first time will create a workers.dev subdomain automatically.",
    )


def binding_without_namespace(class_name: str) -> ApiError:
    """Return the refusal of a binding to a class that no migration has made."""
    return ApiError.of(
        400,
        10061,
        f"Cannot create binding for class '{class_name}' because it is not currently configured to implement "
        "Durable Objects. Ensure a --new-class migration has been applied to it.",
    )


def class_not_exported(class_name: str) -> ApiError:
    """Return the refusal of a migration to a class that the script does not export."""
    return ApiError.of(
        400, 10070, f"Cannot apply new-class migration to class {class_name} that is not exported by script"
    )


def class_in_use_not_exported(class_name: str) -> ApiError:
    """Return the refusal of a script that forgets a class which has objects."""
    return ApiError.of(
        400,
        10064,
        f"New version of script does not export class '{class_name}' which is depended on by existing Durable "
        "Objects. If this is intentional, please use a delete-class migration.",
    )


def class_exists(class_name: str) -> ApiError:
    """Return the refusal to make a class for the second time."""
    return ApiError.of(
        400,
        10074,
        f"Cannot apply new-sqlite-class migration to class '{class_name}' that is already depended on by existing "
        "Durable Objects",
    )


def class_unknown(class_name: str, step: str) -> ApiError:
    """Return the refusal to delete or rename a class that is not there."""
    return ApiError.of(400, 10074, f"Cannot apply {step} migration to non-existent class {class_name}")


def plan_without_key_value_classes() -> ApiError:
    """Return the refusal of an old-style class on the free plan."""
    return ApiError.of(
        400,
        10097,
        "In order to use Durable Objects with a free plan, you must create a namespace using a "
        "`new_sqlite_classes` migration.",
    )


def wrong_migration_tag(given: str, expected: str) -> ApiError:
    """Return the refusal of migrations that start from another tag than the deployed one."""
    return ApiError.of(
        412,
        10079,
        f"Actor migration tag precondition failed, got tag '{given}' when expected tag is '{expected}'.",
    )


def migration_in_version() -> ApiError:
    """Return the refusal of a migration in a version that is not deployed at once."""
    return ApiError.of(
        400,
        10211,
        "Version upload failed. You attempted to upload a version of a Worker that includes a Durable Object "
        "migration, but migrations must be fully applied by running a non-versioned deployment.",
    )


def nothing_to_inherit(names: Iterable[str]) -> ApiError:
    """Return the refusal of bindings that are to be kept and do not exist."""
    return ApiError(
        400,
        tuple(
            (10057, f"inherit binding '{name}' is invalid: previous version does not have binding named '{name}'")
            for name in names
        ),
    )


def secrets_changed(names: Iterable[str]) -> ApiError:
    """Return the refusal to roll back over changed secrets without being told to."""
    return ApiError.of(
        400,
        10220,
        "Cannot roll back to a version that has other secrets than the latest. "
        f"The following secrets have changed: {', '.join(names)}",
    )


def zone_missing(hostname: str) -> ApiError:
    """Return the refusal of a domain whose zone is not on the account."""
    return ApiError.of(400, 10083, f'workers.api.error.zone_not_found for "{hostname}"')


def hostname_taken(hostname: str) -> ApiError:
    """Return the refusal of a domain that has DNS records already."""
    return ApiError.of(
        409,
        100117,
        f"Hostname '{hostname}' already has externally managed DNS records (A, CNAME, etc). Either delete them, try "
        "a different hostname, or use the option 'override_existing_dns_record' to override.",
    )
