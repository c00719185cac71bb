"""What can be asked of an exchange: an operation has a name, a question, an answer, and who may ask it."""

from dataclasses import dataclass
from typing import Annotated, Generic, Literal, TypeVar

from msgspec import Meta, Struct

Q = TypeVar("Q")
A = TypeVar("A")
Limit = Annotated[int, Meta(ge=1, le=100)]
Cursor = Annotated[int, Meta(ge=0, lt=1 << 53)]
Name = Annotated[str, Meta(max_length=256)]
Text = Annotated[str, Meta(max_length=1_048_576)]
"""Any text of a request; what is too long is refused where it would be kept, with the limit."""


@dataclass(frozen=True, slots=True)
class Operation(Generic[Q, A]):
    """`asked_by`: a peer with this permission and the machine itself, or only one kind of them."""

    name: str
    question: type[Q]
    answer: type[A]
    permission: Literal["context", "message"]
    asked_by: Literal["all", "here", "peers"] = "all"

    @property
    def path(self) -> str:
        """Return where peers ask it."""
        return f"/v1/{self.name.replace('.', '/')}"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks: a peer, or this machine itself (`node_id` is None)."""

    name: str
    node_id: str | None = None


class Done(Struct, frozen=True):
    """The answer that says nothing else."""
