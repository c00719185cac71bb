"""What a coding agent's screen typically consists of: boxes, a spinner that redraws lines, wide characters."""

from collections.abc import Iterator

SPINNER = "✢✳✶✻✽"
ORANGE, GREY, RESET = "\x1b[38;2;215;119;87m", "\x1b[38;2;136;136;136m", "\x1b[39m"
COLS = 78


def box(lines: list[str], colour: str) -> str:
    """Return lines in a box of the terminal's width."""
    rows = [f"{colour}│{RESET} {line:<{COLS - 4}} {colour}│{RESET}" for line in lines]
    return "\r\n".join([f"{colour}╭{'─' * (COLS - 2)}╮{RESET}", *rows, f"{colour}╰{'─' * (COLS - 2)}╯{RESET}"])


def prompt(text: str) -> str:
    """Return the input box with a hint below it."""
    return f"{box([f'> {text}'], GREY)}\r\n  {GREY}? for shortcuts{RESET}\x1b[K"


def redrawn(seconds: int, tokens: int, text: str) -> str:
    """Return a turn of the spinner: the lines below are erased from the bottom up and drawn again."""
    erased = "\x1b[2K" + "\x1b[1A\x1b[2K" * 5 + "\x1b[G"
    status = (
        f"{ORANGE}{SPINNER[seconds % 5]} Thinking… {GREY}({seconds}s · ↑ {tokens} tokens · esc to interrupt){RESET}"
    )
    return f"\x1b[?2026h{erased}{status}\r\n\r\n{prompt(text)}\x1b[?2026l"


def parts() -> Iterator[str]:
    """Yield a conversation."""
    yield "\x1b[?2004h\x1b[?1004h\x1b[?25l\x1b]0;✳ Agent\x07"
    yield box([f"{ORANGE}✻{RESET} Welcome!", "", "  /help for help, /status for your setup"], ORANGE) + "\r\n\r\n"
    yield f"> 漢字のファイルを直して 👩🏽‍🚀 🇩🇪 e\u0301\r\n\r\n{ORANGE}{SPINNER[0]} Thinking…{RESET}\r\n\r\n{prompt('')}"
    for step in range(12):
        for turn in range(4):
            yield redrawn(4 * step + turn, 137 * step + turn, "next: 終わり"[: turn + 4])
        # what is said scrolls up above the lines that are redrawn
        yield "\x1b[2K" + "\x1b[1A\x1b[2K" * 5 + "\x1b[G"
        yield f"\x1b[32m⏺{RESET} \x1b[1mUpdate\x1b[22m(src/文件_{step}.py)\r\n  ⎿  Updated, 2 additions, 1 removal\r\n"
        for number, colour, text in (
            (step + 7, "105;40;40", "- \x1b[1mold\x1b[22m('é', '👍🏽')"),
            (step + 8, "34;92;43", "+ \x1b[3mnew\x1b[23m(\x1b[4:3mtypo\x1b[24m)"),
        ):
            yield f"     {GREY}{number}{RESET} \x1b[48;2;{colour}m{text}\x1b[K\x1b[49m\r\n"
        yield "\r\n"
        yield f"{ORANGE}{SPINNER[step % 5]} Thinking…{RESET}\r\n\r\n{prompt('')}"
    yield "\x1b[?25h\x1b[3A\x1b[5G"


AGENT_OUTPUT = "".join(parts()).encode()
