"""The paired phones: `phones.json`, written by the daemon alone."""

import logging
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from loopsy_daemon import files
from loopsy_daemon.errors import LoopsyError
from loopsy_daemon.wire import limits
from loopsy_daemon.wire.errors import MalformedMessage
from loopsy_daemon.wire.identifiers import decode_base64url, decode_phone_id

_log = logging.getLogger(__name__)


class PhoneRecord(Struct, frozen=True, kw_only=True):
    """A phone that may connect: its id at the relay and its static public key (base64url). Times since 1970."""

    phone_id: Annotated[str, Meta(pattern=r"^[a-z2-7]{26}$")]
    key: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{43}$")]
    label: Annotated[str, Meta(max_length=limits.MAX_LABEL_CHARACTERS)]
    paired_at: float
    last_seen_at: float | None = None


class _PhonesFile(Struct, frozen=True, kw_only=True):
    device_id: str
    phones: list[PhoneRecord] = []
    version: int = 1


class PhoneStore:
    """The phones of one device id; phones of a former relay are not this relay's and are dropped with it."""

    def __init__(self, path: Path, device_id: str) -> None:
        self._path = path
        self._device_id = device_id
        self._phones = {phone.phone_id: phone for phone in _load(path, device_id)}
        self._unwritten = False

    def __len__(self) -> int:
        return len(self._phones)

    def all(self) -> list[PhoneRecord]:
        """Return the phones, in the order in which they were paired."""
        return sorted(self._phones.values(), key=lambda phone: phone.paired_at)

    def get(self, phone_id: str) -> PhoneRecord | None:
        """Return the phone, or None if it is not paired."""
        return self._phones.get(phone_id)

    def find(self, text: str) -> list[PhoneRecord]:
        """Return the phones that a person may mean: by id, else by label, else by the beginning of the id."""
        exact = self._phones.get(text)
        if exact is not None:
            return [exact]
        by_label = [phone for phone in self.all() if phone.label.casefold() == text.casefold()]
        return by_label or [phone for phone in self.all() if len(text) >= 4 and phone.phone_id.startswith(text)]

    def add(self, phone: PhoneRecord) -> None:
        """Pair a phone. Raises LoopsyError if it cannot be stored; then it is not paired."""
        self._write({**self._phones, phone.phone_id: phone})

    def remove(self, phone_id: str) -> None:
        """Revoke a phone, at once and in any case. Raises LoopsyError if it would be back after a restart."""
        self._phones = {other: phone for other, phone in self._phones.items() if other != phone_id}
        self._write(self._phones)

    def seen(self, phone_id: str, at: float) -> None:
        """Remember when a phone was last connected; written with the next change or `flush`, not at once."""
        phone = self._phones.get(phone_id)
        if phone is not None:
            self._phones[phone_id] = msgspec.structs.replace(phone, last_seen_at=at)
            self._unwritten = True

    def flush(self) -> None:
        """Write what `seen` left unwritten, if that is possible: it is not worth an error."""
        if self._unwritten:
            try:
                self._write(self._phones)
            except LoopsyError as error:
                _log.warning("%s", error)

    def _write(self, phones: dict[str, PhoneRecord]) -> None:
        content = _PhonesFile(device_id=self._device_id, phones=list(phones.values()))
        try:
            files.write_atomically(self._path, msgspec.json.format(msgspec.json.encode(content), indent=1) + b"\n")
        except OSError as error:
            raise LoopsyError(
                f"{self._path} cannot be written: {error.strerror}.", f"make room for it: df {self._path.parent}"
            ) from error
        self._phones = phones
        self._unwritten = False


def _load(path: Path, device_id: str) -> list[PhoneRecord]:
    data = files.read_private(path)
    if data is None:
        return []
    try:
        content = msgspec.json.decode(data, type=_PhonesFile)
        for phone in content.phones:
            decode_phone_id(phone.phone_id)
            decode_base64url(phone.key)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, MalformedMessage) as error:
        raise LoopsyError(
            f"{path} is damaged: {error}.", f"restore it, or forget all phones: mv {path} {path}.old"
        ) from error
    return content.phones if content.device_id == device_id else []
