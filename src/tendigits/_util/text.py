"""Text for a terminal: what a file or a server says is shown, and never obeyed."""

import re

UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters, but tab and line feed: ESC begins what a terminal obeys
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # marks that turn the direction of writing
    "\ud800-\udfff]"  # halves of characters, as in file names that are not UTF-8
)


def printable(text: object) -> str:
    r"""Write out the characters that a terminal would obey rather than show.

    Parameters
    ----------
    text : object
        What is to be printed; of anything but a string, its `str`.

    Returns
    -------
    str
        The same, with control characters as \x1b and the like.

    Examples
    --------
    >>> print(printable("red: \x1b[31m"))
    red: \x1b[31m
    """
    return UNPRINTABLE.sub(lambda match: match[0].encode("unicode_escape").decode(), str(text))
