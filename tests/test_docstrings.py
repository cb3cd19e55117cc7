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


EVERYTHING = {name: (thing, owner) for module in MODULES for name, thing, owner in public(module)}


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


def complaints(thing, owner):
    """What a reader misses in a docstring."""
    docstring = inspect.getdoc(thing)
    if not docstring:
        return ["there is none"]
    summary, found = docstring.splitlines()[0], sections(docstring)
    order = [SECTIONS.index(title) for title in found if title in SECTIONS]
    is_inherited, names = overrides(thing, owner), parameters(thing, owner)
    annotation = getattr(thing, "__annotations__", {}).get("return")
    gives = inspect.isfunction(thing) and bool(names) and annotation not in (None, "None")
    laws = {
        "its summary is no sentence": summary.endswith("."),
        "numpydoc does not know all its sections": set(found) - {""} <= set(SECTIONS),
        "its sections are out of order": order == sorted(order),
        f"its parameters are {names}": is_inherited or sorted(documented(found.get("Parameters", ""))) == sorted(names),
        "it does not say what is returned": is_inherited or not gives or {"Returns", "Yields"} & set(found),
    }
    return [law for law, is_kept in laws.items() if not is_kept]


def test_nothing_is_missing_in_a_docstring():
    assert {name: missed for name, (thing, owner) in EVERYTHING.items() if (missed := complaints(thing, owner))} == {}


def test_what_is_missing_is_noticed():
    def untold(x):
        """Double"""

    def unreturned(x) -> int:
        """Double.

        Parameters
        ----------
        x, y : int
            A number.

        Extras
        ------
        More.
        """

    assert complaints(lambda: None, None) == ["there is none"]
    assert complaints(untold, None) == ["its summary is no sentence", "its parameters are ['x']"]
    assert complaints(unreturned, None) == [
        "numpydoc does not know all its sections", "its parameters are ['x']", "it does not say what is returned",
    ]  # fmt: skip


def test_every_class_has_a_repr():
    classes = [thing for thing, _ in EVERYTHING.values() if inspect.isclass(thing) and not is_protocol(thing)]
    assert [cls for cls in classes if cls.__repr__ is object.__repr__] == []


@pytest.mark.parametrize(
    "module", [name for name in MODULES if ">>> " in inspect.getsource(importlib.import_module(name))]
)
def test_examples(module, digits, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tendigits, "load_digits", lambda: digits, raising=False)  # redrawn once
    options = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    assert doctest.testmod(importlib.import_module(module), optionflags=options).failed == 0
