"""Optional packages: each is installed by an extra of its own name, as in `pip install 'tendigits[onnx]'`."""

from importlib import import_module
from typing import Any

from ..errors import InputError


def require(name: str) -> Any:
    """Import an optional package.

    Parameters
    ----------
    name : str
        The package, and the extra that installs it.

    Returns
    -------
    module
        The package.

    Raises
    ------
    InputError
        If it is not installed; the message says how to install it.
    """
    try:
        return import_module(name)
    except ImportError as error:
        raise InputError(f"This needs the package {name}: pip install 'tendigits[{name}]'") from error
