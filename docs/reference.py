"""The pages of the reference: one for each name of the package, each module and each command."""

import contextlib
import importlib
import inspect
import io
from collections.abc import Iterator
from pathlib import Path

import click

import tendigits
from tendigits.cli.main import main

PACKAGE = Path(tendigits.__file__).parent
UNLISTED = ("tendigits._util", "tendigits.cli", "tendigits.__main__")  # for the package's own use; commands are below


def modules() -> Iterator[str]:
    """Every module that has public names of its own."""
    for path in sorted(PACKAGE.rglob("*.py")):
        name = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")
        if name != "tendigits" and not name.startswith(UNLISTED) and public_names(name):
            yield name


def public_names(module: str) -> list[str]:
    """The public classes and functions that a module defines."""
    members = vars(importlib.import_module(module)).items()
    return [name for name, thing in members if not name.startswith("_") and defined_in(module, thing)]


def defined_in(module: str, thing: object) -> bool:
    """Whether a thing is a class or a function, and of this module."""
    is_code = inspect.isclass(thing) or inspect.isroutine(inspect.unwrap(thing)) if callable(thing) else False
    return is_code and getattr(thing, "__module__", None) == module


def write_reference(docs: Path) -> None:
    """Write all these pages below the folder of the documentation, and list them on the page of the reference."""
    names = {name: getattr(tendigits, name) for name in tendigits.__all__}
    for folder in ("api", "modules"):
        (docs / folder).mkdir()
    for name, thing in names.items():
        kind = "autoclass" if inspect.isclass(thing) else "autofunction"
        (docs / "api" / f"tendigits.{name}.rst").write_text(page_of_name(name, kind), encoding="utf-8")
    for module in modules():
        (docs / "modules" / f"{module}.md").write_text(page_of_module(module), encoding="utf-8")
    (docs / "commands.md").write_text(page_of_commands(), encoding="utf-8")
    with open(docs / "reference.md", "a", encoding="utf-8") as page:
        page.write("- [Every command](commands.md), what it says when it is asked for help, and what it answers\n")
        page.write(listed("The names of `tendigits`", "api", {f"tendigits.{name}": names[name] for name in names}))
        page.write(listed("Its modules", "modules", {name: importlib.import_module(name) for name in modules()}))


def listed(title: str, folder: str, things: dict[str, object]) -> str:
    """A section with a table: each thing, linked, and the first line of what it says of itself."""
    rows = [f"| [`{name}`]({folder}/{name}) | {summary(thing)} |" for name, thing in sorted(things.items())]
    toctree = ["```{toctree}", ":hidden:", "", *(f"{folder}/{name}" for name in sorted(things)), "```"]
    return "\n".join(["", f"## {title}", "", "| name | what it is |", "| :-- | :-- |", *rows, "", *toctree, ""])


def summary(thing: object) -> str:
    """The first paragraph of a docstring, in one line that a table can hold."""
    first = (inspect.getdoc(thing) or "").split("\n\n")[0]
    return " ".join(first.split()).replace("|", "\\|")


def page_of_name(name: str, kind: str) -> str:
    """The page of a name of `tendigits` itself."""
    members = "\n   :members:\n   :inherited-members: object, tuple, Exception" if kind == "autoclass" else ""
    title = f"tendigits.{name}"
    return f"{title}\n{'=' * len(title)}\n\n.. currentmodule:: tendigits\n\n.. {kind}:: {name}{members}\n"


def page_of_module(module: str) -> str:
    """The page of a module: what it says of itself, and its names but for those that have a page of their own."""
    elsewhere = [name for name in tendigits.__all__ if getattr(tendigits, name).__module__ == module]
    see = "".join(f"\n- {{py:obj}}`tendigits.{name}` has a page of its own.\n" for name in elsewhere)
    exclude = f"\n   :exclude-members: {', '.join(elsewhere)}" if elsewhere else ""
    says = inspect.getdoc(importlib.import_module(module)) or ""
    return f"# {module}\n\n{says}\n{see}\n```{{eval-rst}}\n.. automodule:: {module}\n   :members:{exclude}\n```\n"


def page_of_commands() -> str:
    """The page with what each command says when it is asked for help, and when it is asked to do something."""
    from docs.sessions import sessions

    shown = {name: f"\n\n```console\n{session}\n```" for name, session in sessions().items()}
    parts = [f"# Every command\n\n{asked_for_help()}"]
    for name in main.list_commands(click.Context(main)):
        parts.append(f"## tendigits {name}\n\n{asked_for_help(name)}{shown.get(name, '')}")
    return "\n\n".join(parts) + "\n"


def asked_for_help(*words: str) -> str:
    """What `tendigits WORDS --help` prints, as a block."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.suppress(SystemExit):
        main([*words, "--help"], prog_name="tendigits", terminal_width=80)
    return f"```console\n$ tendigits {' '.join([*words, '--help'])}\n{printed.getvalue().rstrip()}\n```"
