"""What a report tells of a training, gathered once: labels, counts that may be told, words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from math import isfinite

from lorpredict.clinical import Predictor
from lorpredict.development import Development
from lorpredict.errors import interval_text
from lorpredict.evaluation import CumulativeIncidence, Evaluation, Verdicts, incidence_of
from lorpredict.evaluation._drawing import caption
from lorpredict.models import ModelFamily, families
from lorpredict.packaged import ModelFacts
from lorpredict.study import CohortDescription, describe
from lorpredict.study._small_cells import is_small
from lorpredict.survival import Floats, last_day_at_risk
from lorpredict.uncertainty import interval_method
from lorpredict.validation._small_counts import in_words

SMALLEST = 5  # the smallest count that is told, as in a description that leaves a hospital
FEW = f"fewer than {SMALLEST}"
HIDDEN = "hidden"
_COUNTED = re.compile(rf"\b[1-{SMALLEST - 1}] (events?|child|children)\b")
_DATE = re.compile(r"\b(\d{4})-\d{2}-\d{2}\b")
_LAST_DAY = re.compile(r" \((?:earliest: )?day [\d.]+\)")
_SINCE_LANDMARK = re.compile(r"\bday ([\d.]+(?:, [\d.]+)*) since the landmark")
_MINUS = re.compile(r"(?<![\w.])-(?=\d)")
_MANY = {"child": "children", "event": "events"}


@dataclass(frozen=True)
class Findings:
    """A training, as its report sees it.

    Parameters
    ----------
    name
        Under which its models are registered.
    """

    development: Development
    name: str

    @property
    def evaluation(self) -> Evaluation:
        """How far to trust each family."""
        return self.development.evaluation

    @property
    def verdicts(self) -> Verdicts:
        """Who is served, at what stage."""
        return self.development.verdicts

    @property
    def synthetic(self) -> bool:
        """Whether any row is not a real child."""
        return self.development.at_risk.synthetic

    @property
    def caution(self) -> str:
        """What is said wherever performance is shown."""
        return caption(self.development.at_risk)

    @property
    def champion(self) -> str:
        """Name of the family that answers."""
        return self.verdicts.champion

    @property
    def served(self) -> tuple[str, ...]:
        """Families that have an alias, the champion first."""
        return tuple(self.verdicts.served.values())

    @property
    def others(self) -> tuple[str, ...]:
        """Families that were judged and have no alias."""
        return tuple(name for name in self.evaluation.risk if name not in self.served)

    @property
    def clock(self) -> float:
        """Days from the first infusion to the landmark, by design."""
        return self.development.at_risk.design.landmark_day

    @property
    def horizons(self) -> dict[str, float]:
        """Key of each horizon that was judged -> days since the first infusion."""
        days = self.evaluation.horizons + self.clock
        return dict(zip(self.evaluation.times.names, map(float, days), strict=True))

    @property
    def intervals(self) -> str:
        """What is said of intervals where figures are shown."""
        drawn = self.evaluation.plan.draws
        return "with 95 % intervals" if drawn else "without intervals, which the plan does not draw"

    @property
    def children(self) -> int:
        """Children at risk at the landmark."""
        return len(self.development.at_risk)

    @property
    def events(self) -> int:
        """Children who lost response."""
        return int(self.development.at_risk.y["event"].sum())

    @property
    def lost(self) -> str:
        """Children who lost response, as it may be told."""
        return in_words(self.events, of=self.children)

    @property
    def tells_events(self) -> bool:
        """Whether events are many enough, and the others too, to tell when they came."""
        return self.described.follow_up is not None

    @cached_property
    def facts(self) -> ModelFacts:
        """What the champion says about itself."""
        return self.development.packaged(self.champion, name=self.name).facts

    def interval_method(self, family: str) -> str:
        """How the interval of a single risk is made, and how often it held the truth."""
        return interval_method(self.development.uncertainty(family))

    @cached_property
    def described(self) -> CohortDescription:
        """The cohort, small counts hidden."""
        development = self.development
        whole = describe(development.cohort, development.at_risk.design)
        return whole.without_small_counts(SMALLEST)

    @cached_property
    def incidence(self) -> CumulativeIncidence:
        """Loss of response with other ends censored, and with other ends competing."""
        return incidence_of(self.development.at_risk)

    @cached_property
    def days_of_incidence(self) -> Floats:
        """Horizons that the incidence reaches, in days since the landmark."""
        days = self.development.at_risk.design.horizons
        within: Floats = days[days <= last_day_at_risk(self.development.at_risk.y)]
        return within

    @cached_property
    def metrics(self) -> dict[str, dict[str, float]]:
        """Family -> headline of every measure."""
        return self.evaluation.metrics()

    @cached_property
    def predictors(self) -> tuple[Predictor, ...]:
        """Predictors of the design."""
        design = self.development.at_risk.design
        return tuple(design.catalogue.columns(design.predictors))

    def label(self, family: str) -> str:
        """Return a family as people call it."""
        return _family(family).label

    def figure(self, family: str, key: str, decimals: int = 3) -> tuple[str, str]:
        """Return a headline and its interval in words."""
        found = self.metrics.get(family, {})
        value = found.get(key)
        ends = (found.get(f"{key}{end}") for end in ("_low", "_high"))
        return number(value, decimals), interval_text(*ends)

    def in_words(self, said: str) -> str:
        """Return a text that was written elsewhere as a report may print it.

        Counts of one to four children or events are not told, dates give their year alone, last
        days of follow-up are left out, days count from the first infusion, and columns and
        families are called by their labels.
        """
        said = _COUNTED.sub(lambda found: f"{FEW} {_MANY.get(found[1], found[1])}", said)
        said = _MINUS.sub("−", _DATE.sub(r"\1", said))
        said = _LAST_DAY.sub("", said)
        said = _SINCE_LANDMARK.sub(self._since_first_infusion, said)
        said = self._families.sub(lambda found: self.label(found[0]), said)
        return self._columns.sub(lambda found: self._labels[found[0]], said)

    def _since_first_infusion(self, found: re.Match[str]) -> str:
        days = [f"{float(day) + self.clock:g}" for day in found[1].split(", ")]
        return f"day {', '.join(days)} since the first infusion"

    @cached_property
    def _labels(self) -> Mapping[str, str]:
        known = self.development.at_risk.design.catalogue
        return {key: known[key].label for key in known if "_" in key}

    @cached_property
    def _columns(self) -> re.Pattern[str]:
        return _any_of(self._labels)

    @cached_property
    def _families(self) -> re.Pattern[str]:
        """Names of families where a note begins with one."""
        return re.compile(rf"^(?:{'|'.join(sorted(families(), reverse=True))})(?=[: ])")


def count(many: int | None, *, of: int | None = None) -> str:
    """Return a count as it may be told, with its share where all are known."""
    if many is None:
        return HIDDEN
    if is_small(many, SMALLEST):
        return FEW
    return f"{many} ({100 * many / of:.0f} %)" if of else f"{many}"


def number(value: float | None, decimals: int = 3) -> str:
    """Return a figure in words; a minus is a minus sign."""
    if value is None or not isfinite(value):
        return "not defined"
    return f"{value:.{decimals}f}".replace("-", "−")


def percent(share: float, decimals: int = 1) -> str:
    """Return a share as a percentage."""
    return f"{number(100 * share, decimals)} %"


def _family(name: str) -> ModelFamily:
    return families()[name]


def _any_of(names: Mapping[str, str]) -> re.Pattern[str]:
    longest_first = sorted(map(re.escape, names), key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(longest_first)})\b")


in_percent = partial(percent, decimals=0)
