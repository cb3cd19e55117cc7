"""One epoch of plain SGD: is it the same computation, and how long does it take?"""

from typing import Any

from .contestants import TRAINING
from .options import RATE, Options
from .report import duration, say, spread, table
from .team import Team

CHECKED_STEPS = 20
LOSS_TOLERANCE = 1e-4  # relative; float32 keeps seven digits, and twenty steps lose some of them
PARAMETER_TOLERANCE = 1e-3


def measure(options: Options) -> dict[str, Any]:
    """Time every contestant at every batch size."""
    with Team(options.choose(TRAINING), options.threads, options.folder) as team:
        by_batch = {str(batch): measure_batch(team, options, batch) for batch in options.batches}
        hello = {f"{name}, {n} threads": reply for (name, n), reply in team.hello.items()}
        return {"batches": by_batch, "missing": team.notes, "processes": hello}


def measure_batch(team: Team, options: Options, batch: int) -> dict[str, Any]:
    """Check all, then time all, interleaved; the first epoch of each is a warm-up."""
    say(f"epoch, batch {batch}: do all compute the same?")
    checks = check(team, batch)
    say(f"epoch, batch {batch}: timing {len(team.workers)} processes")
    warm_up(team, n=options.n, hidden=128, batch=batch, rate=RATE)
    results = team.race(options.repeats, "epoch")
    for name, result in results.items():
        result |= {"check": checks.get((name, result["threads"]))}
        say(f"  {TRAINING[name].label}: {duration(result['median'])}")
    return results


def warm_up(team: Team, **problem: Any) -> None:
    """Hand out a problem; train for an epoch that does not count, compilation included."""
    for request, arguments in (("prepare", problem), ("epoch", {})):
        for _ in team.ask_each(request, **arguments):
            pass


def check(team: Team, batch: int) -> dict[Any, dict[str, float]]:
    """Train for twenty whole batches and a half one; dismiss whoever ends elsewhere than the reference."""
    keys = [key for key in team.workers if TRAINING[key[0]].kind != "limit"]
    n = CHECKED_STEPS * batch + batch // 2
    checks = dict(team.ask_each("check", keys, n=n, hidden=128, batch=batch, rate=RATE))
    for key, found in checks.items():
        if not agrees(found):
            team.dismiss(key, f"wrong: loss {found['loss']:.6f}, expected {found['expected']:.6f}")
    return checks


def agrees(found: dict[str, float]) -> bool:
    """Whether loss and parameters are the reference's, within float32's precision."""
    error = abs(found["loss"] / found["expected"] - 1)
    return error <= LOSS_TOLERANCE and found["difference"] <= PARAMETER_TOLERANCE


def tables(results: dict[str, Any]) -> list[str]:
    """One table for each batch size."""
    return [
        table(
            f"One SGD epoch, batch {batch}",
            ["", "median", "min", "max", "÷ tendigits", "threads", "import", "first steps"],
            [row(name, result, results, batch) for name, result in by_speed(found)],
        )
        for batch, found in results["batches"].items()
    ]


def by_speed(found: dict[str, Any]) -> list[tuple[str, Any]]:
    """The fastest first."""
    return sorted(found.items(), key=lambda item: item[1]["median"])


def row(name: str, result: dict[str, Any], results: dict[str, Any], batch: str) -> list[str]:
    """One contestant's line: "first steps" are the check's, which is where compilers compile."""
    ours = results["batches"][batch].get("tendigits")
    ratio = f"{result['median'] / ours['median']:.2f}" if ours else "-"
    imported = results["processes"][f"{name}, {result['threads']} threads"]["import"]
    first = duration(result["check"]["seconds"]) if result["check"] else "-"
    return [TRAINING[name].label, *spread(result), ratio, str(result["threads"]), duration(imported), first]
