"""What the daemon's process can be told when it is started."""

from typing import Final

END_WITH_STDIN: Final = "--end-with-stdin"
