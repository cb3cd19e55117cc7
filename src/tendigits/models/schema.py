"""The schema of a model file's metadata, checked once, on loading."""

from collections.abc import Callable
from typing import Any

from ..errors import InputError

DEEPEST = 10  # how deep the notes of a model may be nested
Check = Callable[[Any], bool]


def check_metadata(metadata: dict[str, Any]) -> None:
    """Check the metadata of a model file.

    Parameters
    ----------
    metadata : dict
        As JSON holds it: `layers`, `classes`, `info` and, where known, `divisor`.

    Raises
    ------
    InputError
        If a part is missing, or of another kind than it should be, or a model of EMNIST does not say how that lay.
    """
    check_kinds(metadata)
    _check_orientation(metadata["info"])


def check_kinds(metadata: dict[str, Any]) -> None:
    """Check that each part of the metadata is of the kind that it should be, whatever it says.

    Parameters
    ----------
    metadata : dict
        As for `check_metadata`.

    Raises
    ------
    InputError
        If a part is missing, or of another kind than it should be.
    """
    for name, (is_fine, words) in PARTS.items():
        if not is_fine(metadata.get(name)):
            raise InputError(f"its {name} must be {words}")
    for name, (is_fine, words) in NOTES.items():
        section, _, entry = name.partition(".")
        value = metadata["info"].get(section)
        value = value.get(entry) if entry and isinstance(value, dict) else value
        is_there = value is not None or (not entry and section in metadata["info"])
        if is_there and not is_fine(value):
            raise InputError(f"the {name!r} in its info must be {words}")


def _check_orientation(info: dict[str, Any]) -> None:
    """Refuse a model of EMNIST that does not say it was trained upright: it would misread every picture."""
    names = str((info.get("data") or {}).get("name", "")).lower().split("+")
    if any(name.startswith("emnist") for name in names) and "orientation" not in (info.get("preprocessing") or {}):
        raise InputError(
            "it was trained on EMNIST, and does not say whether upright or transposed, as EMNIST lies on disk; train "
            "it again, which turns the images upright"
        )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and -1e300 < value < 1e300


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63


def _is_layer(entry: Any) -> bool:
    return isinstance(entry, list) and bool(entry) and isinstance(entry[0], str) and all(map(_are_notes, entry[1:]))


def _are_layers(entries: Any) -> bool:
    if not isinstance(entries, list):
        return False
    if entries and isinstance(entries[0], list) and entries[0][:1] == ["Ensemble"]:
        members = entries[0][1:]
        return len(entries) == 1 and all(isinstance(each, list) and all(map(_is_layer, each)) for each in members)
    return all(map(_is_layer, entries))


def _are_classes(names: Any) -> bool:
    """Whether these are texts and numbers, or all of them true and false: the classes of a network are one array."""
    if not isinstance(names, list):
        return False
    return all(isinstance(name, bool) for name in names) or all(_is_text(name) or _is_number(name) for name in names)


def _are_notes(info: Any, depth: int = 0) -> bool:
    """Whether these are nested dicts and lists, not too deep, of texts, finite numbers, true, false and null."""
    if depth > DEEPEST:
        return False
    if isinstance(info, dict | list):
        return all(_are_notes(each, depth + 1) for each in (info.values() if isinstance(info, dict) else info))
    return info is None or isinstance(info, str | bool) or _is_number(info)


def _is_dict(value: Any) -> bool:
    return isinstance(value, dict)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_share(value: Any) -> bool:
    return _is_number(value) and 0 <= value <= 1


PARTS: dict[str, tuple[Check, str]] = {
    "layers": (_are_layers, "a list of layers, each a name and its numbers"),
    "classes": (_are_classes, "a list of texts and numbers, or of true and false"),
    "divisor": (lambda value: value is None or (_is_number(value) and value > 0), "a positive number, or null"),
    "info": (lambda info: _is_dict(info) and _are_notes(info), "an object of notes, nested at most ten deep"),
}
NOTES: dict[str, tuple[Check, str]] = {
    **dict.fromkeys(("data", "preprocessing", "training", "results", "versions"), (_is_dict, "an object")),
    **dict.fromkeys(("data.name", "data.digest", "preprocessing.orientation", "command"), (_is_text, "a text")),
    **dict.fromkeys(("data.train", "data.validation", "data.test", "training.seed"), (_is_count, "a count")),
    **dict.fromkeys(("results.test_accuracy", "results.validation_accuracy"), (_is_share, "a number from 0 to 1")),
}
