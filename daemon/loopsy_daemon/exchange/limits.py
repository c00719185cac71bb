"""Every number of the exchange, with its unit in its name (`docs/exchange.md`)."""

from typing import Final

DAY_SECONDS: Final = 86_400.0
PAGE_ENTRIES: Final = 100
# Written as JSON a character takes up to six bytes, and a body between machines has at most 1 MiB.
PAGE_TEXT_BYTES: Final = 65_536

MAX_KEY_CHARACTERS: Final = 200
MAX_VALUE_BYTES: Final = 131_072
MAX_CONTEXT_TTL_SECONDS: Final = 366 * DAY_SECONDS
MAX_ENTRIES: Final = 4_000
MAX_ENTRIES_PER_AUTHOR: Final = 1_000
MAX_CONTEXT_BYTES: Final = 32 * 1_048_576
MAX_CONTEXT_BYTES_PER_AUTHOR: Final = 8 * 1_048_576

MAX_BODY_BYTES: Final = 65_536
MAX_SUBJECT_CHARACTERS: Final = 200
DEFAULT_MESSAGE_TTL_SECONDS: Final = 7 * DAY_SECONDS
MAX_MESSAGE_TTL_SECONDS: Final = 30 * DAY_SECONDS
MAX_INBOX: Final = 1_000
MAX_INBOX_PER_SENDER: Final = 500
MAX_OUTBOX: Final = 1_000
MAX_FINISHED_IN_OUTBOX: Final = 1_000
# How many ids of one sender are remembered, so that a repeat is known; beyond, it has to wait.
MAX_REMEMBERED_PER_SENDER: Final = 20_000
# A sender gives up when the time to live is over by its own clock, which may run a little slower.
REMEMBERED_LONGER_SECONDS: Final = DAY_SECONDS
MAX_BATCH_MESSAGES: Final = 32
MAX_BATCH_BYTES: Final = 131_072
MAX_STATES: Final = 100

MAX_TITLE_CHARACTERS: Final = 200
MAX_ERROR_CHARACTERS: Final = 4_096
MAX_OPEN_TASKS: Final = 1_000
MAX_OPEN_TASKS_PER_AUTHOR: Final = 500
MAX_FINISHED_TASKS: Final = 1_000
DEFAULT_LEASE_SECONDS: Final = 300.0
MIN_LEASE_SECONDS: Final = 1.0
MAX_LEASE_SECONDS: Final = DAY_SECONDS
DEFAULT_ATTEMPTS: Final = 3
MAX_ATTEMPTS: Final = 100

MAX_WAIT_SECONDS: Final = 3_600.0
# Shorter than the patience of whoever asks over the network.
MAX_PEER_WAIT_SECONDS: Final = 20.0
MAX_WAITING_PER_ACTOR: Final = 32
