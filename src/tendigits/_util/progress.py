"""Telling a person who waits how far things are: in a terminal or a notebook, and nowhere else."""

import sys
from importlib.util import find_spec
from typing import Any


def in_notebook() -> bool:
    """Whether this runs in a Jupyter kernel."""
    ipython = sys.modules.get("IPython")  # a kernel has loaded it long ago; a script need not
    return ipython is not None and hasattr(ipython.get_ipython(), "kernel")


def someone_watches() -> bool:
    """Whether stderr is a terminal, or the cell of a notebook."""
    return in_notebook() or (sys.stderr is not None and sys.stderr.isatty())


def notice(text: str, *, shown: bool | None = None) -> None:
    """Print a line on stderr; `shown` says whether, None means where someone watches."""
    if someone_watches() if shown is None else shown:
        print(text, file=sys.stderr, flush=True)


class _Hidden:
    """A bar that nobody sees, and that takes no time to import."""

    def __enter__(self) -> "_Hidden":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def update(self, n: float) -> None:
        """Do nothing."""


def progress_bar(*, total: int | None, unit: str, description: str, shown: bool | None = None) -> Any:
    """Make a tqdm bar on stderr that goes away when it is done; `shown` as in `notice`.

    In a notebook it is drawn as a widget where ipywidgets is installed and as text where it is not
    (`tqdm.auto` would warn). Bytes (unit "B") are counted in kB and MB.
    """
    if not (someone_watches() if shown is None else shown):
        return _Hidden()
    if in_notebook() and find_spec("ipywidgets"):
        from tqdm.notebook import tqdm
    else:
        from tqdm.std import tqdm
    return tqdm(total=total, unit=unit, desc=description, leave=False, unit_scale=unit == "B")
