"""Write the vectors of layer 3: `python -m tests.make_session_vectors`. The file changes only with the protocol."""

import json
from typing import Any

import msgspec

from loopsy_daemon.wire import frames, messages
from tests import transfer_vectors
from tests.make_vectors import DEVICE_ID, PHONE_ID, VECTORS

INFO = messages.SessionInfo(
    id="abcdefghijklm", agent="shell", name="shell", title="~ — zsh", cwd="/home/ada", cols=80, rows=24,
    created_at=1_900_000_000.25, active_at=1_900_000_001.5, alive=True, clients=2, preview="$ 終わり",
    output=70_020,
)  # fmt: skip
COMMAND = messages.SavedCommand(
    id="command-abcdefghijklm",
    label="Tests, noisy",
    arguments=["make", "test", "-k", "a 'b' \"c\""],
    directory="~/api",
)
BARE = messages.SavedCommand(id="command-234567abcdefg", label="日記", arguments=["vi"])
ENDED = msgspec.structs.replace(INFO, alive=False, code=None, signal="HUP", started_by="studio", bell=69_000)
SHELL = messages.AgentInfo(id="shell", label="Shell", available=True)
MISSING = messages.AgentInfo(id="codex", label="Codex", available=False, install="npm install -g @openai/codex")


def client_messages() -> list[messages.Message]:
    """Return what a client says."""
    return [
        messages.Hello(versions=[1], client=bytes(range(16)), kind="web", app="2.0.0"),
        messages.Open(id=1, agent="shell", cols=48, rows=30),
        messages.Open(id=2, agent="shell", cols=48, rows=30, name="build", cwd="/tmp", command=["make", "-j2"]),
        messages.Attach(id=3, session="abcdefghijklm", cols=48, rows=30),
        messages.Attach(id=4, session="abcdefghijklm", cols=48, rows=30, have=(1 << 53) - 1, lossless=True),
        messages.Attach(
            id=11, session="abcdefghijklm", cols=48, rows=30, visible=False, colours=bytes.fromhex("d3d9e40b0e147cc4ff")
        ),
        messages.Detach(id=5, stream=1),
        messages.Ack(stream=1, offset=1 << 32),
        messages.Resize(stream=1, cols=100, rows=40),
        messages.Claim(stream=1, cols=2, rows=1),
        messages.Visible(stream=1, visible=False),
        messages.Wear(stream=1, colours=bytes(range(9))),
        messages.History(id=12, stream=1),
        messages.List(id=6),
        messages.Rename(id=7, session="abcdefghijklm", name="tests"),
        messages.Signal(id=8, session="abcdefghijklm", signal="INT"),
        messages.Kill(id=9, session="abcdefghijklm"),
        messages.Dismiss(id=10, session="abcdefghijklm"),
        messages.AgentsList(id=14),
        messages.CommandsList(id=15),
        messages.CommandsSave(id=16, label=BARE.label, arguments=BARE.arguments),
        messages.CommandsSave(
            id=17, label=COMMAND.label, arguments=COMMAND.arguments, directory=COMMAND.directory, command=COMMAND.id
        ),
        messages.CommandsRemove(id=18, command=COMMAND.id),
        messages.CommandsMove(id=19, command=COMMAND.id, position=31),
        messages.PlacesList(id=20),
        messages.DirectoriesList(id=21),
        messages.DirectoriesList(id=22, path="/home/ada", hidden=True),
        messages.Forget(id=23),
        messages.UsageAsk(id=24),
        messages.Ping(id=4_294_967_295),
    ]


def daemon_messages() -> list[messages.Message]:
    """Return what the daemon says."""
    return [
        messages.Welcome(
            version=1,
            daemon=messages.DaemonInfo(version="2.0.0", name="studio", platform="linux", device_id=DEVICE_ID),
            agents=[SHELL, MISSING],
            sessions=[INFO, ENDED],
            limits=messages.ChannelLimits(),
            phone=messages.PhoneInfo(phone_id=PHONE_ID, label="Téléphone"),
        ),
        messages.Sessions(sessions=[INFO]),
        messages.Sessions(sessions=[], id=6),
        messages.AgentsAnswer(id=14, agents=[SHELL, MISSING]),
        messages.Commands(id=15, commands=[]),
        messages.Commands(commands=[COMMAND, BARE]),
        messages.Places(
            id=20,
            home="/home/ada",
            places=[messages.Place(path="/home/ada/api", there=True), messages.Place(path="/mnt/usb", there=False)],
        ),
        messages.Directories(
            id=21,
            path="/home/ada",
            parent="/home",
            entries=[messages.DirectoryEntry(name="api"), messages.DirectoryEntry(name="data", link="../big/data")],
            hidden=3,
            left_out=0,
        ),
        messages.Directories(id=22, path="/", parent=None, entries=[], hidden=0, left_out=7),
        messages.Opened(id=1, session=INFO),
        messages.Attached(
            id=3, stream=1, session=INFO, base=70_000, snapshot=1_200, input_seen=5, cols=80, rows=24, leader=False
        ),
        messages.Attached(
            id=4, stream=2, session=INFO, base=7, snapshot=None, input_seen=0, cols=48, rows=30, leader=True
        ),
        messages.Snapshot(stream=1, base=1 << 40, bytes=65_001, cols=80, rows=24),
        messages.InputAck(stream=1, offset=6),
        messages.Resized(stream=1, offset=70_010, cols=48, rows=30, leader=True),
        messages.Scrollback(id=12, data=b"\x1b[31molder\x1b[0m\r\nlines", oldest=False),
        messages.Scrollback(id=13, data=b"", oldest=True),
        messages.Exit(stream=1, session="abcdefghijklm", offset=70_020, code=0, signal=None),
        messages.Exit(stream=1, session="abcdefghijklm", offset=70_020, code=None, signal="KILL"),
        messages.Error(code="unknown_session", message="There is no such session.", id=3, hint="It has ended."),
        messages.Error(code="bad_request", message="Say hello first."),
        messages.Ok(id=5),
        messages.UsageAnswer(id=24, since=1_900_022_400.0, messages=81_234, connections=57),
        messages.Pong(id=4_294_967_295),
    ]


def malformed() -> list[dict[str, str]]:
    """Return what does not follow the protocol."""
    hello = {"type": "hello", "versions": [1], "client": bytes(16), "kind": "web"}
    attach = {"type": "attach", "id": 1, "session": "abcdefghijklm", "cols": 48, "rows": 30}
    save = {"type": "commands.save", "id": 1, "label": "x", "arguments": ["x"]}
    move = {"type": "commands.move", "id": 1, "command": "x", "position": 0}
    directories = {"type": "directories.list", "id": 1}
    commands = {"type": "commands", "commands": [{"id": "x", "label": "x", "arguments": [1]}]}
    usage = {"type": "usage", "id": 1, "since": 0.0, "messages": 1}
    return [
        {"name": "empty", "from": "client", "message": ""},
        {"name": "an unknown kind", "from": "client", "message": "09" + "00" * 13},
        {"name": "input without a byte", "from": "client", "message": "02" + "00" * 12},
        {"name": "a blob without a byte", "from": "client", "message": "03" + "00" * 12},
        {"name": "input with half a header", "from": "client", "message": "020000"},
        {"name": "an offset of 2^53", "from": "client", "message": "0200000001" + "0020000000000000" + "61"},
        {"name": "no map", "from": "client", "message": _packed([1, 2])},
        {"name": "no type", "from": "client", "message": _packed({"id": 1})},
        {"name": "a type that is no text", "from": "client", "message": _packed({"type": 7})},
        {"name": "half a map", "from": "client", "message": _packed(attach)[:-6]},
        {"name": "bytes behind the map", "from": "client", "message": _packed(attach) + "c0"},
        {"name": "a field missing", "from": "client", "message": _packed({"type": "hello", "versions": [1]})},
        {"name": "a short client id", "from": "client", "message": _packed(hello | {"client": bytes(15)})},
        {"name": "a field of another type", "from": "client", "message": _packed(attach | {"cols": "48"})},
        {"name": "one column", "from": "client", "message": _packed(attach | {"cols": 1})},
        {"name": "1,001 rows", "from": "client", "message": _packed(attach | {"rows": 1_001})},
        {"name": "a negative offset", "from": "client", "message": _packed(attach | {"have": -1})},
        {"name": "eight bytes of colours", "from": "client", "message": _packed(attach | {"colours": bytes(8)})},
        {"name": "an offset beyond 2^53", "from": "client", "message": _packed(attach | {"have": 1 << 53})},
        {"name": "an id beyond 32 bits", "from": "client", "message": _packed({"type": "ping", "id": 1 << 32})},
        {"name": "1,025 arguments", "from": "client", "message": _packed(save | {"arguments": ["x"] * 1_025})},
        {"name": "arguments as text", "from": "client", "message": _packed(save | {"arguments": "make test"})},
        {"name": "a negative position", "from": "client", "message": _packed(move | {"position": -1})},
        {"name": "a path that is no text", "from": "client", "message": _packed(directories | {"path": 7})},
        {"name": "arguments that are no texts", "from": "daemon", "message": _packed(commands)},
        {"name": "usage without connections", "from": "daemon", "message": _packed(usage)},
        *(
            {"name": name, "from": "client", "message": _packed(value)}
            for name, value in transfer_vectors.MALFORMED_CLIENT.items()
        ),
        {"name": "no transfer", "from": "daemon", "message": _packed({"type": "transfer.ack", "offset": 1})},
        {"name": "no base", "from": "daemon", "message": _packed({"type": "snapshot", "stream": 1, "bytes": 3})},
        {"name": "a session as text", "from": "daemon", "message": _packed({"type": "sessions", "sessions": ["x"]})},
        {"name": "a pong without id", "from": "daemon", "message": _packed({"type": "pong"})},
    ]


def session_vectors() -> dict[str, Any]:
    """Return layer 3 messages."""
    return {
        "stream_messages": [
            {"kind": kind, "stream": stream, "offset": offset, "data": data.hex(), "message": message.hex()}
            for kind, stream, offset, data, message in (
                ("output", 1, 0, b"$ ", frames.encode_output(1, 0, b"$ ")),
                ("output", 0xFFFF_FFFF, 1 << 40, b"\x00\xff", frames.encode_output(0xFFFF_FFFF, 1 << 40, b"\x00\xff")),
                ("input", 2, 7, b"ls\r", frames.encode_input(2, 7, b"ls\r")),
                ("blob", 4, 1 << 33, b"\x89PNG", frames.encode_blob(4, 1 << 33, b"\x89PNG")),
                ("snapshot", 3, 0, b"\x1b[H", frames.encode_snapshot_chunks(3, b"\x1b[H")[0]),
            )
        ],
        "control": [
            {"from": sender, "message": frames.encode_control(messages.encode(value)).hex(), "value": _json(value)}
            for sender, values in (
                ("client", client_messages() + transfer_vectors.CLIENT),
                ("daemon", daemon_messages() + transfer_vectors.DAEMON),
            )
            for value in values
        ],
        "ignored": [
            {"name": "an unknown type", "from": "client", "message": _packed({"type": "chat.open", "id": 1})},
            {"name": "an unknown type", "from": "daemon", "message": _packed({"type": "push.key", "key": b"x"})},
        ],
        "malformed": malformed(),
    }  # fmt: skip


def _packed(value: object) -> str:
    return (b"\x00" + msgspec.msgpack.encode(value)).hex()


def _json(value: messages.Message) -> Any:
    return _readable(msgspec.msgpack.decode(messages.encode(value)))


def _readable(value: Any) -> Any:
    if isinstance(value, bytes):
        return {"hex": value.hex()}
    if isinstance(value, dict):
        return {name: _readable(field) for name, field in value.items()}
    if isinstance(value, list):
        return [_readable(item) for item in value]
    return value


def main() -> None:
    """Write the file."""
    text = json.dumps(session_vectors(), indent=1, ensure_ascii=False)
    (VECTORS / "session.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
