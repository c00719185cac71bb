"""The GraphQL that a query of analytics needs: fields with arguments, aliases and selections (GraphQL, section 2)."""

import re
from dataclasses import dataclass, field
from typing import Any, Final

_TOKEN: Final = re.compile(r'[\s,]*(?:([_A-Za-z]\w*)|(-?\d+)|("[^"\\\n]*")|([{}()\[\]:!$]))')


@dataclass(frozen=True, slots=True)
class Field:
    """A field that is asked for, under the name that it gets in the answer."""

    name: str
    key: str
    arguments: dict[str, Any] = field(default_factory=dict)
    selection: tuple["Field", ...] = ()


def parse_query(text: str) -> tuple[Field, ...]:
    """Return what a document with one query asks for. Raises ValueError for anything else."""
    tokens = _tokens(text)
    if tokens[0] == "query":
        del tokens[0]
    parser = _Parser(tokens)
    fields = parser.selection()
    if parser.tokens:
        raise ValueError(f"Syntax Error: Unexpected {parser.tokens[0]}")
    return fields


def _tokens(text: str) -> list[str]:
    found = []
    position = 0
    text = text.rstrip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise ValueError(f"Syntax Error: Unexpected character at {position}")
        found.append(match[0].lstrip(" ,\t\r\n"))
        position = match.end()
    return found or [""]


class _Parser:
    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens

    def selection(self) -> tuple[Field, ...]:
        self._take("{")
        found = [self._field()]
        while self._next() != "}":
            found.append(self._field())
        self._take("}")
        return tuple(found)

    def _field(self) -> Field:
        key = name = self._name()
        if self._next() == ":":
            self._take(":")
            name = self._name()
        arguments = self._pairs("(", ")") if self._next() == "(" else {}
        return Field(name, key, arguments, self.selection() if self._next() == "{" else ())

    def _pairs(self, start: str, end: str) -> dict[str, Any]:
        self._take(start)
        found: dict[str, Any] = {}
        while self._next() != end:
            name = self._name()
            self._take(":")
            found[name] = self._value()
        self._take(end)
        return found

    def _value(self) -> Any:
        if self._next() == "{":
            return self._pairs("{", "}")
        token = self._take()
        if token.startswith('"'):
            return token[1:-1]
        return int(token)

    def _name(self) -> str:
        token = self._take()
        if not token.isidentifier():
            raise ValueError(f"Syntax Error: Expected Name, found {token}")
        return token

    def _next(self) -> str:
        return self.tokens[0] if self.tokens else ""

    def _take(self, expected: str | None = None) -> str:
        token = self.tokens.pop(0) if self.tokens else "<EOF>"
        if expected is not None and token != expected:
            raise ValueError(f"Syntax Error: Expected {expected}, found {token}")
        return token
