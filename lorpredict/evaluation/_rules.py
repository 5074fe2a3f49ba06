"""The seven rules of the gate, each with its figure, its threshold and whether it holds.

The thresholds were set before any model was judged.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite, nan

import numpy as np
import pandas as pd
from scipy import stats

from lorpredict.errors import with_interval
from lorpredict.evaluation._evaluation import Evaluation
from lorpredict.evaluation.leakage import Leakage
from lorpredict.evaluation.net_benefit import decision_curves, gain_over_others
from lorpredict.evaluation.subgroups import FEWEST_EVENTS, Rows, subgroups

FEWEST_EVENTS_FOR_TREES = 100
SMALLEST_GAIN = 0.02
SLOPE = (0.8, 1.2)
OBSERVED_EXPECTED = (0.8, 1.25)
LARGEST_ICI = 0.05
FEWEST_EVENTS_FOR_ICI = 100
LARGEST_LOSS = 0.005
LARGEST_INSTABILITY = 0.10
LARGEST_DROP = 0.10
OBSERVED_EXPECTED_OF_SUBGROUP = (0.67, 1.5)


@dataclass(frozen=True)
class Rule:
    """One rule with its figure, its threshold and whether it holds."""

    letter: str
    name: str
    figure: str
    threshold: str
    holds: bool

    def __str__(self) -> str:
        verdict = "holds" if self.holds else "does not hold"
        return f"({self.letter}) {self.name}: {self.figure} (needed: {self.threshold}) {verdict}"


def rule_events(evaluation: Evaluation) -> Rule:
    """(a) A tree model needs enough events to learn from."""
    events = int(evaluation.at_risk.y["event"].sum())
    return Rule(
        "a",
        "events for a tree model",
        f"{events} events",
        f"{FEWEST_EVENTS_FOR_TREES}",
        events >= FEWEST_EVENTS_FOR_TREES,
    )


def rule_gain(evaluation: Evaluation, family: str, reference: str) -> Rule:
    """(b) A tree model needs a gain in discrimination that is large and sure."""
    gain, lower, _ = paired_interval(evaluation, family, reference)
    return Rule(
        "b",
        f"gain in Uno's C over {reference}",
        f"{gain:+.3f}, 95 % interval from {lower:+.3f}",
        f"at least {SMALLEST_GAIN:+.2f}, interval above 0",
        is_a_gain(gain, lower),
    )


def is_a_gain(gain: float, lower: float) -> bool:
    """Whether a difference is large enough, and its interval above nothing."""
    return bool(gain >= SMALLEST_GAIN and lower > 0)


def paired_interval(
    evaluation: Evaluation, family: str, reference: str
) -> tuple[float, float, float]:
    """Mean paired difference of Uno's C and the ends of its 95 % interval.

    Folds of repeated cross-validation share children, so the variance over folds is corrected.

    References
    ----------
    Nadeau C, Bengio Y. Machine Learning 52:239 (2003).
    """
    difference = evaluation.paired_difference(family, reference)
    known = difference[np.isfinite(difference)]
    if len(known) < 2:
        return nan, nan, nan
    folds = int(evaluation.values["fold"].max())
    test_to_train = 1 / (folds - 1)
    variance = known.var(ddof=1) * (1 / len(known) + test_to_train)
    quantile = stats.t.ppf(0.975, len(known) - 1)
    mean, away = float(known.mean()), float(quantile * np.sqrt(variance))
    return mean, mean - away, mean + away


def rule_accuracy(evaluation: Evaluation, family: str) -> Rule:
    """(c) The predictions are more accurate than the same curve for all, at every horizon."""
    found = _at_horizons(evaluation, family, "index_of_prediction_accuracy")
    return Rule(
        "c",
        "index of prediction accuracy",
        _told(evaluation, family, "index_of_prediction_accuracy", found),
        "above 0 at every horizon",
        all(value > 0 for value in found.values()),
    )


def rule_calibration(evaluation: Evaluation, family: str) -> Rule:
    """(d) Predicted and observed risks agree: in spread, in level, and along the curve."""
    slope, level, ici = (
        _at_horizons(evaluation, family, name)
        for name in ("calibration_slope", "observed_expected", "ici")
    )
    events = int(evaluation.at_risk.y["event"].sum())
    judged = events >= FEWEST_EVENTS_FOR_ICI
    told = [
        f"slope {_told(evaluation, family, 'calibration_slope', slope)}",
        f"observed/expected {_told(evaluation, family, 'observed_expected', level)}",
        f"ICI {_told(evaluation, family, 'ici', ici)}"
        + ("" if judged else f" (the ICI is not judged below {FEWEST_EVENTS_FOR_ICI} events)"),
    ]
    return Rule(
        "d",
        "calibration",
        "; ".join(told),
        f"slope {SLOPE[0]:g} to {SLOPE[1]:g}, observed/expected {OBSERVED_EXPECTED[0]:g} to "
        f"{OBSERVED_EXPECTED[1]:g}, ICI at most {LARGEST_ICI:g}, at every horizon",
        _all_within(slope, *SLOPE)
        and _all_within(level, *OBSERVED_EXPECTED)
        and (not judged or _all_within(ici, 0.0, LARGEST_ICI)),
    )


def rule_net_benefit(evaluation: Evaluation, family: str) -> Rule:
    """(e) Acting on the risk is worth no less than acting on all, on none, or on a sign."""
    found = {
        day.replace("_", " "): _worst(gain_over_others(curves))
        for day, curves in mean_decision_curves(evaluation, family).items()
    }
    return Rule(
        "e",
        "net benefit, thresholds 15-35 %",
        "; ".join(f"{told} by {day}" for day, (told, _) in found.items()) or "not defined",
        f"not below the best other on average, nowhere lower by more than {LARGEST_LOSS:g}",
        bool(found) and all(holds for _, holds in found.values()),
    )


def _worst(gain: pd.DataFrame) -> tuple[str, bool]:
    """Tell how a model stands against the others, and whether it is not below any of them.

    A sign that cannot be judged, since nobody who has it is followed up so long, is left out.
    """
    known = gain.dropna()
    if not {"treat_all", "treat_none"} <= set(known.index):
        return "not defined", False
    best = str(known["mean"].idxmin())
    mean, lowest = float(known["mean"].min()), float(known["lowest"].min())
    left_out = [str(name).replace("_", " ") for name in gain.index.difference(known.index)]
    told = f"{mean:+.4f} on average against {best.replace('_', ' ')}, {lowest:+.4f} at worst"
    told += f" ({', '.join(left_out)} not judged)" if left_out else ""
    return told, mean >= 0 and lowest >= -LARGEST_LOSS


def mean_decision_curves(evaluation: Evaluation, family: str) -> dict[str, pd.DataFrame]:
    """Net benefit of a family and of the other ways to act, by horizon; means over the repeats.

    Nothing where the risks of all children are known in no repeat.
    """
    known = [risk for risk in evaluation.risk[family] if not np.isnan(risk).any()]
    at_risk, times = evaluation.at_risk, evaluation.times
    references = _not_in_remission(evaluation)
    found = {}
    for day, name in zip(times.horizons, times.names, strict=True):
        place = int(np.searchsorted(times.days, day))
        curves = [
            decision_curves(risk[:, place], at_risk.y, float(day), references=references)
            for risk in known
        ]
        if curves:
            found[name] = pd.concat(curves).groupby(level=0).mean()
    return found


def _not_in_remission(evaluation: Evaluation) -> dict[str, Rows]:
    """Who would be treated for not being in remission; of whom it is not known would not."""
    remission = evaluation.at_risk.X.get("remission_week14")
    if remission is None or remission.isna().all():
        return {}
    return {"not_in_remission": (~remission.fillna(True)).to_numpy(dtype=bool)}


def rule_stability(evaluation: Evaluation, family: str, *, tells_apart: bool) -> Rule:
    """(f) Another sample of children would have told this child much the same, in every group."""
    instability = evaluation.instability.get(family)
    groups = subgroups(evaluation, family)
    behind = list(_behind(groups, tells_apart))
    if instability is None:
        told, steady = "instability not judged (no bootstrap in the plan)", False
    else:
        median = float(np.median(instability[:, 0]))
        told, steady = f"median instability {median:.3f}", median <= LARGEST_INSTABILITY
    judged = groups["subgroup"].iloc[1:][groups["uno_c"].iloc[1:].notna()]
    said = "; ".join(behind) or f"none of {len(judged)} subgroups behind"
    return Rule(
        "f",
        "stability and subgroups",
        f"{told}; {said}",
        f"median instability at most {LARGEST_INSTABILITY:.2f}; in no subgroup of "
        f"{FEWEST_EVENTS} events a C lower by more than {LARGEST_DROP:.2f} or observed/expected "
        f"outside {OBSERVED_EXPECTED_OF_SUBGROUP[0]:g} to {OBSERVED_EXPECTED_OF_SUBGROUP[1]:g}",
        steady and not behind,
    )


def _behind(groups: pd.DataFrame, tells_apart: bool) -> Iterator[str]:
    ratios = [name for name in groups if str(name).startswith("observed_expected")]
    for row in groups.iloc[1:].to_dict("records"):
        if tells_apart and row["drop"] > LARGEST_DROP:
            yield f"{row['subgroup']}: C lower by {row['drop']:.2f}"
        for name in ratios:
            if isfinite(row[name]) and not _within(row[name], *OBSERVED_EXPECTED_OF_SUBGROUP):
                yield f"{row['subgroup']}: observed/expected {row[name]:.2f}"


def rule_leakage(leakage: Leakage | None) -> Rule:
    """(g) Nothing that is known later stands behind a prediction."""
    return Rule(
        "g",
        "leakage",
        "not judged" if leakage is None else str(leakage),
        "no predictor moves with, or is, what is known later",
        leakage is not None and leakage.passed,
    )


def _at_horizons(evaluation: Evaluation, family: str, measure: str) -> dict[str, float]:
    metrics = evaluation.metrics()[family]
    return {day: metrics.get(f"{measure}_{day}", nan) for day in evaluation.times.names}


def _told(evaluation: Evaluation, family: str, measure: str, found: dict[str, float]) -> str:
    metrics = evaluation.metrics()[family]
    told = []
    for day, value in found.items():
        ends = (metrics.get(f"{measure}_{day}{end}") for end in ("_low", "_high"))
        told.append(with_interval(value, *ends))
    return " and ".join(told)


def _all_within(found: dict[str, float], low: float, high: float) -> bool:
    return all(_within(value, low, high) for value in found.values())


def _within(value: float, low: float, high: float) -> bool:
    return low <= value <= high
