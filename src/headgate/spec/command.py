"""Commands in messages, written as they are typed where the message is read."""

from __future__ import annotations

import os
import re

VARIABLE = "HEADGATE_COMMAND"
"""What `./headgate` is called where this program runs; not set: as it is."""
PLAIN, COMPOSE = "./headgate", "./headgate compose"

OF_THE_MACHINE = ("up", "down", "doctor", "compose", "new", "bench", "prove", "test")
"""Commands that are about this machine and its files: the compose stack has none of them inside."""
OF_DOCKER = {
    "up": "docker compose up -d --wait",
    "down": "docker compose down",
    "doctor": "docker compose ps --all",
}
"""What does the same for the compose stack."""
BEFORE_THE_IMAGE = "check"
"""Works in the compose stack too, but what was mended is in the files, not yet in the image."""

CALL = re.compile(r"\./headgate ([a-z]+)")


def program() -> str:
    """What `./headgate` is called where this program runs."""
    return os.environ.get(VARIABLE) or PLAIN


def as_typed(text: str) -> str:
    """The text with every `./headgate WORD` in it as HEADGATE_COMMAND says.

    With `./headgate compose` commands of the machine stay, or are Docker's. Doing it again changes nothing.
    """
    command = program()
    return text if command == PLAIN else CALL.sub(lambda found: _call(command, found), text)


def _call(command: str, found: re.Match[str]) -> str:
    word, typed_already = found[1], found.string.startswith(f"{command} ", found.start())
    if typed_already:
        return found[0]
    if command == COMPOSE and word in OF_DOCKER:
        return OF_DOCKER[word]
    if command == COMPOSE and word in (*OF_THE_MACHINE, BEFORE_THE_IMAGE):
        return found[0]
    return f"{command} {word}"
