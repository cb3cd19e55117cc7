"""Optional packages: each is installed by an extra of its own name, as in `pip install 'tendigits[onnx]'`."""

from importlib import import_module
from typing import Any

from ..errors import InputError


def require(name: str, extra: str | None = None) -> Any:
    """Import an optional package.

    Parameters
    ----------
    name : str
        The package, or a module of it.
    extra : str, optional
        The extra that installs it, if that has another name.

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
        raise InputError(
            f"This needs the package {name.split('.')[0]}: pip install 'tendigits[{extra or name}]'"
        ) from error
