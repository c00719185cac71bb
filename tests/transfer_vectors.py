"""The messages about files in the vectors of layer 3."""

from loopsy_daemon.wire import messages

SESSION = "abcdefghijklm"
CLIENT: list[messages.Message] = [
    messages.UploadStart(id=20, session=SESSION, key=bytes(range(16)), name="写真 1.heic", size=0),
    messages.UploadStart(id=21, session=SESSION, key=bytes(16), name="../video.mov", size=(1 << 53) - 1),
    messages.UploadFinish(id=22, transfer=1, sha256=bytes(range(32))),
    messages.DownloadStart(id=23, session=SESSION, path="src/main.py"),
    messages.DownloadStart(id=24, session=SESSION, path="~/big.iso", offset=1 << 32, version="0123456789abcdef"),
    messages.TransferAck(transfer=2, offset=1 << 40),
    messages.TransferCancel(id=25, transfer=2),
]
DAEMON: list[messages.Message] = [
    messages.UploadStarted(id=20, transfer=1, offset=65_536, window=1_048_576),
    messages.Uploaded(id=22, path="/home/ada/a b.png", typed="'/home/ada/a b.png'"),
    messages.DownloadStarted(id=23, transfer=2, name="main.py", size=1 << 33, version="0123456789abcdef", offset=0),
    messages.DownloadFinished(transfer=2, sha256=bytes(range(32))),
    messages.TransferAck(transfer=1, offset=7),
    messages.TransferFailed(transfer=1, code="disk_full", message="The disk is full.", hint="Make room there."),
    messages.TransferFailed(transfer=2, code="file_changed", message="The file was changed."),
]
START = {"type": "upload.start", "id": 1, "session": SESSION, "key": bytes(16), "name": "a", "size": 1}
MALFORMED_CLIENT: dict[str, dict[str, object]] = {
    "a short transfer key": START | {"key": bytes(15)},
    "a file without a name": START | {"name": ""},
    "a file of a negative size": START | {"size": -1},
    "a checksum of 20 bytes": {"type": "upload.finish", "id": 1, "transfer": 1, "sha256": bytes(20)},
    "a download without a path": {"type": "download.start", "id": 1, "session": SESSION},
}
