"""The HTTP client, without the command line of its own that it would bring along: 6 MB of drawing in terminals."""

import sys

# It asks for that module, and does without where there is none.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]

import httpx  # noqa: E402

__all__ = ["httpx"]
