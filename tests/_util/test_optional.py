"""Optional packages: loaded when needed, named when missing."""

import sys

import pytest

from tendigits import InputError
from tendigits._util.optional import require


def test_what_is_there_is_imported():
    assert require("json") is sys.modules["json"]


def test_what_is_missing_is_named_with_its_require(monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(InputError, match=r"pip install 'tendigits\[onnx\]'"):
        require("onnx")
