"""A stand-in of GitHub's API on loopback: the comments of one pull request, for a job with one token."""

import json
import re
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

REPOSITORY = "ada/relay"
NUMBER = 12
TOKEN = "github-token-of-the-job"


@dataclass(slots=True)
class GitHubComments:
    """`with` starts and ends it; `comments` are what the pull request has, oldest first."""

    comments: list[dict[str, Any]] = field(default_factory=list)
    permitted: bool = True
    _server: ThreadingHTTPServer | None = None

    def __enter__(self) -> Self:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *arguments: object) -> None:
                pass

            def answer(self) -> None:
                length = int(self.headers.get("content-length") or 0)
                sent = json.loads(self.rfile.read(length)) if length else None
                status, body = outer.handle(self.command, self.path, self.headers.get("authorization"), sent)
                encoded = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("content-length", str(len(encoded)))
                self.end_headers()
                self.wfile.write(encoded)

            do_GET = do_POST = do_PATCH = answer  # noqa: N815 - the names that its base class calls

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.shutdown()
        self._server.server_close()

    @property
    def environment(self) -> dict[str, str]:
        """What a job of the pull request knows."""
        assert self._server is not None
        return {
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": f"http://127.0.0.1:{self._server.server_port}",
            "GITHUB_REF": f"refs/pull/{NUMBER}/merge",
            "GITHUB_REPOSITORY": REPOSITORY,
        }

    def write(self, body: str, author: str = "User") -> dict[str, Any]:
        """Let somebody write a comment."""
        identifier = len(self.comments) + 1
        url = f"https://github.example/{REPOSITORY}/pull/{NUMBER}#issuecomment-{identifier}"
        self.comments.append({"id": identifier, "body": body, "html_url": url, "user": {"type": author}})
        return self.comments[-1]

    def handle(self, method: str, target: str, authorization: str | None, sent: Any) -> tuple[int, Any]:
        """Answer one request."""
        parts = urlsplit(target)
        if authorization != f"Bearer {TOKEN}":
            return 401, {"message": "Bad credentials"}
        if method != "GET" and not self.permitted:
            return 403, {"message": "Resource not accessible by integration"}
        if method != "GET" and (not isinstance(sent, dict) or sent.keys() != {"body"}):
            return 422, {"message": "Validation Failed"}
        if parts.path == f"/repos/{REPOSITORY}/issues/{NUMBER}/comments":
            if method == "POST":
                return 201, self.write(sent["body"], "Bot")
            query = {name: int(values[0]) for name, values in parse_qs(parts.query).items()}
            size = min(query.get("per_page", 30), 100)
            first = (query.get("page", 1) - 1) * size
            return 200, self.comments[first : first + size]
        one = re.fullmatch(rf"/repos/{REPOSITORY}/issues/comments/([0-9]+)", parts.path)
        if one and method == "PATCH" and 0 < int(one[1]) <= len(self.comments):
            self.comments[int(one[1]) - 1]["body"] = sent["body"]
            return 200, self.comments[int(one[1]) - 1]
        return 404, {"message": "Not Found"}
