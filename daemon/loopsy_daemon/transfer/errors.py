"""What can go wrong with a file; each has the code that the other end is told.

TransferError
├── DeniedPath           the rules do not permit it
├── BadPath              no path, or no name, at all
├── NoSuchFile           nothing is there, or it has vanished
├── NotAFile             a directory, a device, a pipe
├── FileUnreadable       the system does not let us open it
├── FileExists           the name is taken, and nothing is overwritten unasked
├── FileChanged          it is not the file any more that the transfer began with
├── TooLarge             larger than `transfer.max_bytes`
├── DiskFull             no room for it, or none left
├── BadChecksum          what arrived is not what was sent
├── UnknownTransfer      no transfer has this number
├── TooManyTransfers     the limit of transfers at once is reached
└── WriteFailed          the system does not let us write it
"""

from typing import ClassVar

from loopsy_daemon.errors import LoopsyError


class TransferError(LoopsyError):
    """Base of the family: `code` for programs, the message and `hint` for the person."""

    code: ClassVar[str]


class DeniedPath(TransferError):
    """The rules of `transfer` in config.yaml do not permit this path."""

    code = "denied_path"


class BadPath(TransferError):
    """What was given is no path."""

    code = "bad_path"


class NoSuchFile(TransferError):
    """Nothing is there, or it has vanished."""

    code = "no_such_file"


class NotAFile(TransferError):
    """What is there is no plain file, or, where a directory is wanted, no directory."""

    code = "not_a_file"


class FileUnreadable(TransferError):
    """The system does not let us open it."""

    code = "file_unreadable"


class FileExists(TransferError):
    """The name is taken."""

    code = "file_exists"


class FileChanged(TransferError):
    """It is not the file any more that the transfer began with."""

    code = "file_changed"


class TooLarge(TransferError):
    """The file is larger than what is allowed."""

    code = "too_large"


class DiskFull(TransferError):
    """There is no room for the file."""

    code = "disk_full"


class BadChecksum(TransferError):
    """What arrived is not what was sent."""

    code = "bad_checksum"


class UnknownTransfer(TransferError):
    """No transfer has this number."""

    code = "unknown_transfer"


class TooManyTransfers(TransferError):
    """The limit of transfers at once is reached."""

    code = "too_many_transfers"


class WriteFailed(TransferError):
    """The system does not let us write the file."""

    code = "write_failed"
