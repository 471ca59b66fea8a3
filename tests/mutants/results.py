"""Wrong verdicts beside the published results, and experiments that hide what they can do."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

RESULTS = ("tests/runs/test_reproduce.py", "tests/training/test_published.py")
COMMAND = ("tests/cli/test_reproduce.py",)
SETTINGS = ("tests/experiments/test_registry.py",)


def result(what: str, file: str, old: str, new: str) -> Mutant:
    return Mutant(what, f"dongshou/{file}.py", old, new, RESULTS)


MUTANTS = [
    result(
        "the mean shown for the median",
        "runs/reproduce",
        '"measured": statistics.median(values)',
        '"measured": statistics.fmean(values)',
    ),
    result("the best seed judged", "runs/judge", "statistics.median(measured), deviation", "max(measured), deviation"),
    result(
        "the mean judged",
        "runs/judge",
        "statistics.median(measured), deviation",
        "statistics.fmean(measured), deviation",
    ),
    result("widened by two deviations", "training/published", "self.p10 - deviation <=", "self.p10 - 2 * deviation <="),
    result("not widened at all", "training/published", "self.p10 - deviation <=", "self.p10 <="),
    result(
        "secondary figures judged",
        "training/published",
        '{"judged": name not in self.secondary}',
        '{"judged": True}',
    ),
    result(
        "a limited run compared",
        "runs/judge",
        "return LIMITED if is_limited else judge(",
        "return judge(",
    ),
    result(
        "a run with other settings compared",
        "runs/describe",
        'for name in defaults if name != "epochs")',
        'for name in defaults if name == "epochs")',
    ),
    result(
        "goals counted as published results",
        "runs/reproduce",
        '"goals": [source for source in beside if source["kind"] != "published"]',
        '"goals": []',
    ),
    result("a missed goal called reached", "runs/judge", '"within range": "missed"', '"within range": "reached"'),
    result(
        "the direction read off the name",
        "runs/judge",
        "reading.prefers_more(metric))",
        'metric.endswith("accuracy"))',
    ),
    Mutant(
        "failed seeds that end in 0",
        "dongshou/cli/reproduce.py",
        'return 1 if any(outcome["failures"] for outcome in outcomes) else 0',
        "return 0",
        COMMAND,
    ),
    Mutant(
        "the help of a setting lost",
        "dongshou/experiments/setting.py",
        'next((note for note in reversed(notes) if isinstance(note, str)), "")',
        '""',
        SETTINGS,
    ),
    Mutant(
        "units in the order of the alphabet",
        "dongshou/experiments/catalog.py",
        "key=lambda unit: (places[unit], unit)",
        "key=lambda unit: unit",
        SETTINGS,
    ),
]
