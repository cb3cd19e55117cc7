"""A terminal: what it can show, and what happens when it is gone."""

import codecs
import os
import sys
from contextlib import suppress
from typing import Any

PLAIN = {"→": "->", "×": "x", "−": "-", "–": "-", "—": "-", "±": "+/-", "≤": "<=", "≥": ">=", "…": "...", "°": " deg"}
HANDLER = "tendigits.plain"


def use_plain_characters() -> None:
    """Write what the encoding of stdout or stderr cannot show, as Windows' cp1252 and cp437 cannot, in ASCII.

    Where an encoding error would have ended the program, → becomes ->, and characters without such a form, as in the
    names of files, become escapes.
    """
    codecs.register_error(HANDLER, _plain)
    for stream in (sys.stdout, sys.stderr):
        if getattr(stream, "errors", None) == "strict":
            with suppress(AttributeError, ValueError):  # a stand-in, or one that is closed
                stream.reconfigure(errors=HANDLER)  # type: ignore[union-attr]


def _plain(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    characters = error.object[error.start : error.end]
    words = (PLAIN.get(c) or c.encode("ascii", "backslashreplace").decode() for c in characters)
    return "".join(words), error.end


def drop_output(stream: Any) -> None:
    """Redirect a stream to the null device after its reader has closed the pipe, as `head` does after ten lines.

    Parameters
    ----------
    stream : text file
        stdout or stderr.
    """
    with suppress(AttributeError, OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
