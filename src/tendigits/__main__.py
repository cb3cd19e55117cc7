"""The `tendigits` command as a process; `python -m tendigits` is the same."""

import os
import sys

from ._util.blas import choose_kernels


def main() -> None:
    """Choose how matrices are multiplied, before NumPy loads; then run the command."""
    try:
        choose_kernels(os.environ)
        from ._util.terminal import use_plain_characters
        from .cli.main import main as command

        use_plain_characters()
        command(prog_name="tendigits")
    except KeyboardInterrupt:  # while it starts
        sys.exit("Interrupted.")


if __name__ == "__main__":
    main()
