"""Docstrings that can be relied on: numpydoc, their parameters those of the code, their examples run."""

import doctest
import importlib
import inspect
import re
from pathlib import Path

import pytest

import tendigits

PACKAGE = Path(tendigits.__file__).parent
MODULES = sorted(
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")
    for path in PACKAGE.rglob("*.py")
    if path.name != "__main__.py"
)
SECTIONS = ["Parameters", "Attributes", "Returns", "Yields", "Raises", "Warns", "See Also", "Notes", "References"]
SECTIONS += ["Examples"]


def public(module):
    """Every public function and class of a module, and every public method of its classes, by name."""
    for name, thing in vars(importlib.import_module(module)).items():
        if not name.startswith("_") and getattr(thing, "__module__", None) == module:
            if inspect.isclass(thing):
                yield f"{module}.{name}", thing, None
                yield from methods(module, thing)
            elif inspect.isfunction(inspect.unwrap(thing)):
                yield f"{module}.{name}", thing, None


def methods(module, cls):
    for name, member in vars(cls).items():
        member = getattr(member, "__func__", member)  # of a class method or static method
        if not name.startswith("_") and (inspect.isfunction(member) or isinstance(member, property)):
            yield f"{module}.{cls.__name__}.{name}", member, cls


def is_protocol(cls):
    """Whether a class only describes what others must have: it has no instances."""
    return getattr(cls, "_is_protocol", False)


EVERYTHING = {name: thing for module in MODULES for name, thing, _ in public(module)}


def sections(docstring):
    """The sections of a numpydoc docstring: {title: text}; the summary and what follows it under ""."""
    parts = re.split(r"^(\S.*)\n-{3,}$", docstring, flags=re.MULTILINE)
    return {"": parts[0], **dict(zip(parts[1::2], parts[2::2], strict=True))}


def documented(text):
    """The names in a section Parameters: each line that is not indented, up to its colon."""
    heads = [re.split(r"\s*:\s", line)[0] for line in text.splitlines() if line and not line[0].isspace()]
    return [name.strip().lstrip("*") for head in heads for name in head.split(",")]


def parameters(thing, owner):
    """The names of the parameters that a caller gives."""
    if isinstance(thing, property) or (inspect.isclass(thing) and not has_constructor(thing)):
        return []
    names = list(inspect.signature(thing).parameters)
    is_method = owner is not None and not isinstance(inspect.getattr_static(owner, thing.__name__), staticmethod)
    return names[1:] if is_method else names


def has_constructor(cls):
    """Whether the package says how instances of a class are made."""
    if is_protocol(cls):
        return False
    ours = [base for base in cls.__mro__ if base.__module__.startswith("tendigits.")]
    return hasattr(cls, "_fields") or any("__init__" in vars(base) for base in ours)


def overrides(thing, owner):
    """Whether a method is documented where a base class defines it first."""
    name = getattr(thing, "__name__", None)
    return owner is not None and any(hasattr(base, name) for base in owner.__mro__[1:] if name)


def test_all_rooms_are_looked_at():
    assert len(EVERYTHING) > 100
    assert "tendigits.data.mnist.load_mnist" in EVERYTHING
    assert "tendigits.analysis.evaluate.Evaluation.per_class" in EVERYTHING


@pytest.mark.parametrize("module", MODULES)
def test_docstrings_name_exactly_the_parameters(module):
    for name, thing, owner in public(module):
        docstring = inspect.getdoc(thing)
        assert docstring, f"{name} has no docstring"
        summary, found = docstring.splitlines()[0], sections(docstring)
        assert summary.endswith("."), f"{name}: the summary is no sentence: {summary}"
        assert set(found) - {""} <= set(SECTIONS), f"{name} has a section that numpydoc does not know"
        order = [SECTIONS.index(title) for title in found if title]
        assert order == sorted(order), f"{name}: its sections are out of order"
        if not overrides(thing, owner):
            assert sorted(documented(found.get("Parameters", ""))) == sorted(parameters(thing, owner)), name
            annotation = getattr(thing, "__annotations__", {}).get("return")
            if parameters(thing, owner) and inspect.isfunction(thing) and annotation not in (None, "None"):
                assert {"Returns", "Yields"} & set(found), f"{name} does not say what it returns"


def test_every_class_has_a_repr():
    classes = [thing for thing in EVERYTHING.values() if inspect.isclass(thing) and not is_protocol(thing)]
    assert [cls for cls in classes if cls.__repr__ is object.__repr__] == []


@pytest.mark.parametrize("module", MODULES)
def test_examples(module, digits, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tendigits, "load_digits", lambda: digits, raising=False)  # redrawn once
    options = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    assert doctest.testmod(importlib.import_module(module), optionflags=options).failed == 0
