"""Packages that only some need: each comes with an extra of its own name, `pip install 'tendigits[onnx]'` say."""

from importlib import import_module
from typing import Any

from ..errors import InputError


def require(name: str) -> Any:
    """Import the package that the extra `name` brings. Raises InputError that says how to get it."""
    try:
        return import_module(name)
    except ImportError as error:
        raise InputError(f"This needs the package {name}: pip install 'tendigits[{name}]'") from error
