"""Move the settings of a scenario until a large simulated cohort shows what it aims at."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd
import tomli_w
from rich.progress import track
from sksurv.nonparametric import kaplan_meier_estimator

from lorpredict.clinical import published_study
from lorpredict.survival import DAYS_A_MONTH, StepFunction
from lorpredict.synthetic import Scenario, closeness, scenario, simulated_from
from lorpredict.synthetic._course import LANDMARK_DAY

PAPER = published_study("beijing-2025")
MONTHS = (6, 12, 24, 36)
CHILDREN, ROUNDS = 50_000, 50
IN_COX = ("remission_week14", "bmi_z", "growth_delay")
NOT_FITTED = ("infliximab_alone", "immunomodulator_over_6_months", *IN_COX)
SETTLED = 0.8  # share of the rounds after which only levels are still moved, not effects


@dataclass(frozen=True)
class Aim:
    """What a scenario aims at.

    Parameters
    ----------
    cox
        Coefficients of the paper's Cox model, as it was coded there.
    share_of_effects
        Part of the published log odds ratio of each other group.
    trough_of_lost
        Mean trough of those who lost response; that of the others is the published one.
    """

    cox: dict[str, float]
    share_of_effects: float
    trough_of_lost: float


PUBLISHED = Aim({name: row["beta"] for name, row in PAPER["cox"].items()}, 1.0, 2.55)
# Half of every effect; remission as Dupont-Lucas 2016 found it elsewhere (hazard ratio 3.74).
PLAUSIBLE = Aim(
    {
        "remission_week14": math.log(3.74),
        "immunomodulator_over_6_months": PUBLISHED.cox["immunomodulator_over_6_months"] / 2,
        "bmi_z": PUBLISHED.cox["bmi_z"] / 2,
        "growth_delay": PUBLISHED.cox["growth_delay"] / 2,
    },
    0.5,
    4.12,
)


class Calibration:
    """A scenario whose settings move towards its aim, round by round."""

    def __init__(self, start: Scenario, aim: Aim | None) -> None:
        self.scenario, self.aim = start, aim

    def step(self, number: int) -> None:
        """Simulate once and move every setting part of the way."""
        rng = np.random.default_rng(number % 3)
        cohort = simulated_from(self.scenario, CHILDREN, rng=rng).cohort
        compared = closeness(cohort)
        figures = dict(zip(compared["figure"], compared["simulated"], strict=True))
        shown = Shown(cohort.table, figures)
        pace = 0.8 if number < 0.6 * ROUNDS else 0.4
        if self.aim and number < SETTLED * ROUNDS:
            self._move_effects(self.aim, shown, pace)
            self._move_exposure(self.aim, shown, pace)
        self._move_levels(shown, pace)
        self._move_hazard(shown, pace)

    def _move_effects(self, aim: Aim, shown: Shown, pace: float) -> None:
        groups = dict(self.scenario.hazard.groups)
        for name, wanted in aim.cox.items():
            at_week_14 = name.replace("_over_6_months", "_week14")
            groups[at_week_14] += 0.6 * pace * (wanted - shown.figures[name])
        for name, row in PAPER["table2"]["rows"].items():
            if name not in NOT_FITTED:
                published = _log_odds_ratio(_share(row["lor"]), _share(row["responder"]))
                missing = aim.share_of_effects * published - shown.log_odds_ratio(name)
                groups[name] += 0.5 * pace * missing
        self.scenario = replace(self.scenario, hazard=replace(self.scenario.hazard, groups=groups))

    def _move_exposure(self, aim: Aim, shown: Shown, pace: float) -> None:
        printed = PAPER["trough_week14_ug_ml"]["responder"]
        lost = shown.figures["trough, lost response: mean"]
        mean, sd = (shown.figures[f"trough, responders: {which}"] for which in ("mean", "sd"))
        too_high = math.log(lost / mean) - math.log(aim.trough_of_lost / printed["mean"])
        hazard, exposure = self.scenario.hazard, self.scenario.exposure
        wider = (printed["sd"] / printed["mean"]) / (sd / mean)
        spread = exposure.clearance_spread * wider ** (0.3 * pace)
        self.scenario = replace(
            self.scenario,
            hazard=replace(hazard, log_trough=hazard.log_trough - 0.35 * pace * too_high),
            exposure=replace(
                exposure,
                clearance_scale=exposure.clearance_scale * (mean / printed["mean"]) ** (0.3 * pace),
                clearance_spread=min(max(spread, 0.05), 0.6),
            ),
        )

    def _move_levels(self, shown: Shown, pace: float) -> None:
        now = self.scenario
        remission = now.remission.intercept + 0.8 * pace * shown.lacking("remission_week14")
        too_few = shown.lacking("immunomodulator_over_6_months")
        immunomodulator = _logit(now.therapy.immunomodulator) + 0.6 * pace * too_few
        steroids = now.therapy.steroids_intercept + 0.8 * pace * shown.lacking("steroids_week14")
        self.scenario = replace(
            now,
            remission=replace(now.remission, intercept=remission),
            therapy=replace(
                now.therapy,
                immunomodulator=1 / (1 + math.exp(-immunomodulator)),
                steroids_intercept=steroids,
            ),
        )
        self._move_monitoring(shown, pace)

    def _move_monitoring(self, shown: Shown, pace: float) -> None:
        lost, others = (
            shown.figures[f"measured, {who}"] / 100 for who in ("lost response", "responders")
        )
        printed = PAPER["trough_week14_ug_ml"]
        published = _log_odds_ratio(printed["lor"]["n"] / 18, printed["responder"]["n"] / 51)
        apart = published - _log_odds_ratio(lost, others)
        too_few = _log_odds_ratio(printed["measured"] / 69, shown.everyone(lost, others))
        monitoring = self.scenario.monitoring
        moved = replace(
            monitoring,
            intercept=monitoring.intercept + 0.8 * pace * too_few,
            log_hazard=monitoring.log_hazard + 0.4 * pace * apart if self.aim else 0.0,
        )
        self.scenario = replace(self.scenario, monitoring=moved)

    def _move_hazard(self, shown: Shown, pace: float) -> None:
        wanted = np.diff([0.0, *-np.log1p(-_published_incidence())])
        found = np.diff([0.0, *-np.log1p(-shown.incidence())])
        per_month = list(self.scenario.hazard.per_month)
        for piece, ratio in enumerate((wanted / np.maximum(found, 1e-4)) ** pace):
            per_month[piece] *= float(ratio)
        tail = per_month[4] / self.scenario.hazard.per_month[3]
        too_few = PAPER["outcome"]["secondary_lor_percent"] - 100 * shown.share_lost
        per_month[4] = per_month[3] * min(max(tail * math.exp(0.15 * pace * too_few), 0.2), 6.0)
        hazard = replace(self.scenario.hazard, per_month=tuple(per_month))
        self.scenario = replace(self.scenario, hazard=hazard)


@dataclass(frozen=True)
class Shown:
    """What one simulated cohort shows."""

    table: pd.DataFrame
    figures: dict[str, float]

    @property
    def share_lost(self) -> float:
        """Share of the children whose loss of response was seen."""
        return float((self.table["outcome"] == "secondary_lor").mean())

    def log_odds_ratio(self, group: str) -> float:
        """Of belonging to a group of Table 2, those who lost response against the others."""
        return _log_odds_ratio(*self._shares(group))

    def lacking(self, group: str) -> float:
        """Log odds by which a group of Table 2 is smaller than published."""
        row = PAPER["table2"]["rows"][group]
        published = _share([a + b for a, b in zip(row["lor"], row["responder"], strict=True)])
        return _log_odds_ratio(published, self.everyone(*self._shares(group)))

    def everyone(self, lost: float, others: float) -> float:
        """Share among all children of what has these shares in both parts."""
        return self.share_lost * lost + (1 - self.share_lost) * others

    def incidence(self) -> np.ndarray:
        """1 - Kaplan-Meier at the months that the hazard is fitted to."""
        lost = (self.table["outcome"] == "secondary_lor").to_numpy()
        days, survival = kaplan_meier_estimator(lost, self.table["follow_up_days"].to_numpy())
        return 1 - StepFunction(days, survival, before=1.0)(np.array(MONTHS) * DAYS_A_MONTH)

    def _shares(self, group: str) -> tuple[float, float]:
        lost, others = (
            min(max(self.figures[f"{group}, {who}"] / 100, 0.001), 0.999)
            for who in ("lost response", "responders")
        )
        return lost, others


def _share(counts: list[int]) -> float:
    return counts[0] / sum(counts)


def _logit(share: float) -> float:
    return math.log(share / (1 - share))


def _log_odds_ratio(one: float, other: float) -> float:
    return _logit(one) - _logit(other)


def _published_incidence() -> np.ndarray:
    """Return the published curve; at six months, what a steady hazard since the landmark gives."""
    steps = {s["months_since_first_infusion"]: s for s in PAPER["kaplan_meier"]["steps"]}
    later = [steps[months]["lor_percent"] / 100 for months in MONTHS[1:]]
    landmark = LANDMARK_DAY / DAYS_A_MONTH
    half_year = 1 - (1 - later[0]) ** ((6 - landmark) / (12 - landmark))
    return np.array([half_year, *later])


# Only levels are fitted where a scenario aims at no published effect.
AIMS: dict[str, Aim | None] = {
    "published": PUBLISHED,
    "plausible": PLAUSIBLE,
    "null": None,
    "interactions": None,
}


def calibrate(name: str) -> None:
    """Move a scenario towards its aim and write its file."""
    calibration = Calibration(scenario(name), AIMS[name])
    for number in track(range(ROUNDS), name):
        calibration.step(number)
    file = Path(str(files("lorpredict.synthetic"))) / "scenarios" / f"{name}.toml"
    comment = [line for line in file.read_text("utf-8").splitlines() if line.startswith("#")]
    content = tomli_w.dumps(calibration.scenario.to_dict())
    file.write_text("\n".join([*comment, "", content]), "utf-8")
    scenario.cache_clear()
