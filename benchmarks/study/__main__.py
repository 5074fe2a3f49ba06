"""Run the study, or write its report from what has been done."""

from __future__ import annotations

import argparse

from benchmarks._side_by_side import machine
from benchmarks.study import _cells, headline, intervals, promotion, unseen

PARTS = {"unseen": unseen, "intervals": intervals, "headline": headline, "promotion": promotion}
PACKAGES = ("lorpredict", "scikit-survival", "scikit-learn", "xgboost-cpu", "numpy")


def report() -> str:
    """Return the tables of all parts as Markdown."""
    lines = [
        "# Is the evaluation honest?",
        "",
        "Cohorts are those that have been judged so far.",
        "",
    ]
    for name, part in PARTS.items():
        lines += [f"## {name.capitalize()}", "", (part.__doc__ or "").strip(), ""]
        codes = {row.get("code", "unknown") for row in _cells.lines(name)}
        lines += [*part.table(part.cells()), "", _sources(codes), ""]
    lines.append(f"Written on {machine(PACKAGES)}. `python -m benchmarks.study --report`")
    return "\n".join(lines) + "\n"


def _sources(codes: set[str]) -> str:
    return f"Source of lorpredict when they were judged: {', '.join(sorted(codes)) or 'none'}."


def main() -> None:
    """Read the arguments and do what is asked."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.study", description=__doc__)
    parser.add_argument("part", nargs="?", choices=PARTS)
    parser.add_argument("--report", action="store_true", help="only write the tables")
    options = parser.parse_args()
    if not options.report:
        for part in [PARTS[options.part]] if options.part else PARTS.values():
            for cell in part.cells():
                cell.run()
    text = report()
    (_cells.RESULTS.parent / "study.md").write_text(text, "utf-8")
    print(text)


if __name__ == "__main__":
    main()
