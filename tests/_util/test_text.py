"""What a file or a server says is shown, and never obeyed."""

import pytest

from tendigits._util.text import printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Ünïcode → 3 × 4\n\tnext", "Ünïcode → 3 × 4\n\tnext"),
        ("\x1b]0;title\x07", r"\x1b]0;title\x07"),
        ("\x9b31m", r"\x9b31m"),
        ("done\rError", r"done\rError"),
        ("caf\udce9", r"caf\udce9"),
        ("abc\u202edcba", r"abc\u202edcba"),
        (ValueError("\x00"), r"\x00"),
    ],
)
def test_what_a_terminal_would_obey_is_written_out(text, shown):
    assert printable(text) == shown
