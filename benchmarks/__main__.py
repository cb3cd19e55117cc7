"""`python -m benchmarks`: measure, print, write."""

import compileall
import json
import os
import shlex
import tempfile
import time
from pathlib import Path
from typing import Any

import click

import tendigits
from tendigits._util.blas import choose_kernels

from . import allocations, cold, epoch, figure, goals, pictures, predict, problem, sweep
from .contestants import CONTESTANTS
from .handwriting import handwriting
from .machine import cores, describe
from .options import Options, usual_threads
from .report import say
from .speedrun import speedrun
from .team import ROOT

PARTS = {
    "epoch": epoch,
    "predict": predict,
    "cold": cold,
    "pictures": pictures,
    "sweep": sweep,
    "allocations": allocations,
}


@click.group(
    invoke_without_command=True, context_settings={"show_default": True, "help_option_names": ["-h", "--help"]}
)
@click.option(
    "--only", type=click.Choice(list(PARTS)), multiple=True, help="One part; give it several times for several."
)
@click.option("--quick", is_flag=True, help="Batch 128 only, on all cores only, fewer repeats: rough numbers.")
@click.option(
    "--contestant",
    "names",
    type=click.Choice(list(CONTESTANTS)),
    multiple=True,
    metavar="NAME",
    show_default="all",
    help=f"Only this one; give it several times for several: {', '.join(CONTESTANTS)}.",
)
@click.option("--repeats", type=click.IntRange(min=1), show_default="9; 3 with --quick", help="Rounds that count.")
@click.option(
    "--threads",
    type=click.IntRange(min=1),
    multiple=True,
    show_default="1 to all cores, in powers of two; all cores with --quick",
    help="Numbers of threads that each contestant is tried with; its best one counts.",
)
@click.option(
    "--coretype",
    metavar="NAME",
    show_default="what a tendigits process chooses",
    help="Let all who use OpenBLAS use its kernels for this processor: Haswell means AVX2, SkylakeX AVX-512.",
)
@click.option(
    "--train-options",
    type=shlex.split,
    metavar="TEXT",
    show_default="--recipe fast, if there is such an option",
    help="Options of `tendigits train` for the cold start.",
)
@click.option(
    "--json",
    "json_path",
    type=click.Path(path_type=Path),
    show_default="benchmarks/results.json for a full run",
    help="Where to write all numbers.",
)
@click.option(
    "--figure",
    "figure_path",
    type=click.Path(path_type=Path),
    show_default="docs/benchmark.png for a full run",
    help="Where to draw the README's figure.",
)
@click.pass_context
def main(
    context: click.Context,
    only: tuple[str, ...],
    quick: bool,
    names: tuple[str, ...],
    repeats: int | None,
    threads: tuple[int, ...],
    coretype: str | None,
    train_options: list[str] | None,
    json_path: Path | None,
    figure_path: Path | None,
) -> None:
    """Measure tendigits beside its peers, on this machine, in one run.

    The tables go to stdout, progress to stderr. Only a full run, and without --coretype only, writes
    benchmarks/results.json and docs/benchmark.png unasked.
    """
    if context.invoked_subcommand:
        return
    if coretype:
        os.environ["OPENBLAS_CORETYPE"] = coretype
    choose_kernels(os.environ)
    started = time.perf_counter()
    chosen = only or tuple(PARTS)
    with tempfile.TemporaryDirectory(prefix="tendigits-benchmarks-") as folder:
        name = prepare(Path(folder))
        options = Options(
            folder=Path(folder),
            real=name == "mnist",
            repeats=repeats or (3 if quick else 9),
            quick=quick,
            train_options=None if train_options is None else tuple(train_options),
            threads=threads or ((cores(),) if quick else usual_threads()),
            names=names,
        )
        results = measure(options, chosen) | {"data": name, "repeats": options.repeats, "quick": quick}
    results["seconds"] = round(time.perf_counter() - started, 1)
    show(results)
    if not (only or quick or names):
        suffix = f"-{coretype.lower()}" if coretype else ""
        json_path = json_path or ROOT / "benchmarks" / f"results{suffix}.json"
        figure_path = figure_path or (None if coretype else ROOT / "docs" / "benchmark.png")
    write(results, json_path, figure_path)


main.add_command(handwriting)
main.add_command(speedrun)


def prepare(folder: Path) -> str:
    """Compile the package, as an installation does, and lay the data out for the workers; say what it is."""
    compileall.compile_dir(Path(tendigits.__file__).parent, quiet=2)
    name, arrays = problem.load_data()
    problem.write_data(folder, arrays)
    if name != "mnist":
        say("MNIST cannot be had: the bundled digits, repeated, stand in for it, and no accuracy is measured.")
    return name


def measure(options: Options, chosen: tuple[str, ...]) -> dict[str, Any]:
    """Run the parts one after the other."""
    results: dict[str, Any] = {"machine": describe()}
    for part in chosen:
        results[part] = PARTS[part].measure(options)
    results["goals"] = goals.as_json(goals.goals(results))
    return results


def show(results: dict[str, Any]) -> None:
    """Print machine, tables, who is missing, and the goals."""
    machine = results["machine"]
    print(f"\n{machine['processor']}; {machine['cores']} cores; {machine['system']}; Python {machine['python']}")
    print(", ".join(f"{package} {version}" for package, version in machine["versions"].items()))
    print(f"Data: {results['data']}. OPENBLAS_CORETYPE: {machine['OPENBLAS_CORETYPE'] or 'not set'}.")
    for part in PARTS:
        for text in PARTS[part].tables(results[part]) if part in results else []:
            print(text)
    for part in PARTS:
        for name, why in results.get(part, {}).get("missing", {}).items():
            print(f"\nMissing from {part}: {name}: {why}")
    print(goals.goal_table(goals.goals(results)))
    print(f"\nMeasured in {results['seconds']:.0f} s.")


def write(results: dict[str, Any], json_path: Path | None, figure_path: Path | None) -> None:
    """Write the files that were asked for."""
    if json_path:
        json_path.write_text(json.dumps(results, indent=1) + "\n")
        say(f"Wrote {json_path}")
    if figure_path and figure.draw(results, figure_path):
        say(f"Wrote {figure_path}")


if __name__ == "__main__":
    main(prog_name="python -m benchmarks")
