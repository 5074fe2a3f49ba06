"""One comparison of families, carried into the tracking store; nothing is registered."""

from __future__ import annotations

import mlflow

from lorpredict.cohort import Cohort
from lorpredict.comparison import Comparison
from training.tracking._store import begun_run, log_dataset, log_figures


def record_comparison(comparison: Comparison, cohort: Cohort, *, seed: int) -> None:
    """Log one table, one figure, and every headline as a metric."""
    table = comparison.table()
    with begun_run(f"comparison on {cohort.name}"):
        mlflow.set_tags(
            {
                "comparison": ",".join(comparison.evaluations),
                "cohort.sha256": cohort.sha256,
                "synthetic": str(cohort.is_synthetic).lower(),
            }
        )
        mlflow.log_params({"cohort.name": cohort.name, "comparison.seed": seed})
        log_dataset(cohort.name, cohort.sha256, {"children": len(cohort)}, context="comparison")
        for design, evaluation in comparison.evaluations.items():
            for family, metrics in evaluation.metrics().items():
                mlflow.log_metrics({f"{design}/{family}/{k}": v for k, v in metrics.items()})
        mlflow.log_text(table.to_csv(index=False, lineterminator="\n"), "comparison.csv")
        mlflow.log_dict({name: list(each) for name, each in comparison.notes.items()}, "notes.json")
        log_figures([("comparison", comparison.figure())])
    first = next(iter(comparison.evaluations.values()))
    notes = [
        f"note, design {name}: {note}" for name, told in comparison.notes.items() for note in told
    ]
    print("\n".join([*first.plan.lines(), table.to_string(index=False), *notes]))
    print(f"tracking store: {mlflow.get_tracking_uri()}")
