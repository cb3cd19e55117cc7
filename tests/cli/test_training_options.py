"""The options that say how to train."""

import click
import pytest

from tendigits.cli.training_options import Widths


def widths(value):
    return Widths().convert(value, None, None)


@pytest.mark.parametrize(
    ("value", "expected"),
    [("128", (128,)), ("128,64", (128, 64)), ("(128, 64)", (128, 64)), ("none", ()), ((), ()), ((128,), (128,))],
)
def test_widths_as_people_type_them_and_as_defaults_have_them(value, expected):
    assert widths(value) == expected


@pytest.mark.parametrize("value", ["", "()", "0", "-3", "12.5", "wide", "128,none"])
def test_what_is_no_width_is_refused(value):
    with pytest.raises(click.BadParameter, match=r"not a layer.s width"):
        widths(value)
