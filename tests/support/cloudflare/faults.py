"""What can go wrong between us and Cloudflare, on demand."""

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["unauthorized", "forbidden", "conflict", "busy", "broken", "slow", "cut", "cut_after"]


@dataclass(slots=True)
class Fault:
    """The next `times` requests with this method (`*` for any) to a path that matches the pattern go wrong.

    `unauthorized` 401, `forbidden` 403, `conflict` 409, `busy` 429 with Retry-After, `broken` 500; `slow` answers
    after `seconds`; `cut` ends the connection before anything is done, `cut_after` when it is done.
    """

    method: str
    path: str
    kind: Kind
    times: int = 1
    seconds: float = 1.0

    def applies(self, method: str, path: str) -> bool:
        """Whether this request is one of them; it counts."""
        if self.times <= 0 or self.method not in {"*", method} or not re.search(self.path, path):
            return False
        self.times -= 1
        return True


# kind → status, code, message
REFUSALS: dict[Kind, tuple[int, int, str]] = {
    "unauthorized": (401, 10000, "Authentication error"),
    "forbidden": (403, 9109, "Unauthorized to access requested resource"),
    "conflict": (409, 10035, "Multiple attempts to modify a resource at the same time. Please try again."),
    "busy": (429, 971, "Please wait and consider throttling your request speed"),
    "broken": (500, 10013, "An unknown error has occurred. If the issue persists, please contact support."),
}
