"""`python -m tendigits` is the `tendigits` command."""

from .cli import main

main(prog_name="tendigits")
