"""Progress, shown to someone who is waiting: in a terminal or a notebook, and nowhere else."""

import sys
from importlib.util import find_spec
from typing import Any

DELAY = 0.5  # seconds; what is done sooner shows no bar: in a notebook, it would leave an empty line, or "0 %"


def in_notebook() -> bool:
    """Tell whether this runs in a Jupyter kernel."""
    ipython = sys.modules.get("IPython")  # a kernel has loaded it long ago; a script need not
    return ipython is not None and hasattr(ipython.get_ipython(), "kernel")


def someone_watches() -> bool:
    """Tell whether stderr is a terminal, or the cell of a notebook."""
    return in_notebook() or (sys.stderr is not None and sys.stderr.isatty())


def notice(text: str, *, shown: bool | None = None) -> None:
    """Print a line on stderr.

    Parameters
    ----------
    text : str
        The line.
    shown : bool, optional
        Whether to print it; None means in a terminal or a notebook.
    """
    if someone_watches() if shown is None else shown:
        print(text, file=sys.stderr, flush=True)


class _Hidden:
    """A bar that is not shown, and takes no time to import."""

    def __enter__(self) -> "_Hidden":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def update(self, n: float) -> None:
        """Do nothing."""


def progress_bar(*, total: int | None, unit: str, description: str, shown: bool | None = None) -> Any:
    """Make a tqdm bar on stderr that disappears when it is done.

    In a notebook it is a widget if ipywidgets is installed, and text if it is not (`tqdm.auto` would warn).

    Parameters
    ----------
    total : int or None
        How many units make the whole, if that is known.
    unit : str
        What is counted; bytes, "B", are shown as kB and MB.
    description : str
        What is being done.
    shown : bool, optional
        Whether to show the bar; None means in a terminal or a notebook.

    Returns
    -------
    tqdm.tqdm
        A context manager with a method `update`; a stand-in with the same interface if the bar is not shown.
    """
    if not (someone_watches() if shown is None else shown):
        return _Hidden()
    if in_notebook() and find_spec("ipywidgets"):
        from tqdm.notebook import tqdm
    else:
        from tqdm.std import tqdm
    return tqdm(total=total, unit=unit, desc=description, leave=False, delay=DELAY, unit_scale=unit == "B")
