r"""The risk of a child whose week-14 trough was not measured, with what that leaves open.

    dose, weight, albumin -> forecast trough -> risk at each of its levels -> mean and spread

The model has to have learnt with the same forecast (a design with ``trough_forecast``), so that
there is no indicator of missingness which the spread would contradict. Only the dose that was
given enters. A changed dose can be carried to the trough that it would bring
(:mod:`lorpredict.pharmacokinetics`) and no further: no risk is told for it, since children whose
dose was changed are not in what the model learnt from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from lorpredict.design import TROUGH
from lorpredict.errors import DesignError, Fault, RecordFaults, counted_children
from lorpredict.features import TroughForecast, coded_records
from lorpredict.packaged import PackagedModel
from lorpredict.survival import Floats, RiskInterval, RiskPrediction
from lorpredict.uncertainty import QUANTILE, log_hazard

if TYPE_CHECKING:
    import pandas as pd

Records = Sequence[Mapping[str, Any]]

RESEARCH_ONLY = (
    "Research only. The trough was forecast and not measured: from a published population model "
    "and the training children, for the dose, weight and albumin that were recorded. Where one of "
    "them was not, as a warning says, it is what all training children might have had."
)
_ENDS = (0.025, 0.975)


@dataclass(frozen=True, eq=False)
class RiskWithoutLevel:
    """Risks of children whose trough was forecast.

    Parameters
    ----------
    days_since_first_infusion : array of shape (n_times,)
    risk : array of shape (n_children, n_times)
        Mean over the forecast: the same as ``model.predict`` tells.
    lowest, highest : array of shape (n_children, n_times)
        Between these lie the central 95 % of the risks that would be told if the trough were known;
        in simulated children 85 to 92 % of ridge Cox's and the forest's (benchmarks/exposure.py).
    trough_median, trough_low, trough_high : array of shape (n_children,)
        The forecast in µg/mL with its central 95 %, of the dose that was given.
    narrowed : array of shape (n_children, n_times), or None
        By which share the 95 % interval of the log cumulative hazard, on which it is symmetric,
        would be narrower on average, were the trough known: 0 where this model's risk is the same
        at every level. NaN where there is no risk yet, None where the model has no intervals.
    interval : interval of ``risk``; None where the model has none
    warnings : what is unusual about each child, in words
    research_only : what has to be said with it
    """

    days_since_first_infusion: Floats
    risk: Floats
    lowest: Floats
    highest: Floats
    trough_median: Floats
    trough_low: Floats
    trough_high: Floats
    narrowed: Floats | None
    interval: RiskInterval | None
    warnings: tuple[tuple[str, ...], ...]
    research_only: str = RESEARCH_ONLY

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON; one entry a child."""
        children = [
            {
                "risks": [self._told(row, time) for time in range(self.risk.shape[1])],
                "forecast_trough_ug_ml": {
                    "median": float(self.trough_median[row]),
                    "low": float(self.trough_low[row]),
                    "high": float(self.trough_high[row]),
                },
                "warnings": list(self.warnings[row]),
            }
            for row in range(len(self.risk))
        ]
        return {"research_only": self.research_only, "children": children}

    def _told(self, row: int, time: int) -> dict[str, float | None]:
        ends, narrowed = self.interval, self.narrowed
        return {
            "days_since_first_infusion": float(self.days_since_first_infusion[time]),
            "risk": float(self.risk[row, time]),
            "low": None if ends is None else float(ends.low[row, time]),
            "high": None if ends is None else float(ends.high[row, time]),
            "lowest_if_measured": float(self.lowest[row, time]),
            "highest_if_measured": float(self.highest[row, time]),
            "interval_narrowed_by": _finite(narrowed[row, time]) if narrowed is not None else None,
        }

    def __repr__(self) -> str:
        return f"RiskWithoutLevel({counted_children(len(self.risk))}, research only)"


def risk_without_level(
    model: PackagedModel,
    records: Records | pd.DataFrame,
    *,
    days_since_first_infusion: ArrayLike | None = None,
) -> RiskWithoutLevel:
    """Tell the risk of children without a week-14 trough, and how much a measurement would narrow.

    Parameters
    ----------
    model
        Of a design with ``trough_forecast``.
    records, days_since_first_infusion
        As in :meth:`lorpredict.PackagedModel.predict`, whose errors it raises.

    Raises
    ------
    DesignError
        If the model did not learn with a forecast trough.
    RecordFaults
        If a record holds a trough, or that it was below the limit of quantification.

    Notes
    -----
    The forecast is that of a population model for the child's weight, albumin and dose, where the
    clearance is log-normal about the typical one; how far from it and how widely was learnt from
    the training children with a trough. The risk is averaged over twenty levels of equal
    probability.

    Examples
    --------
    >>> child = {"weight_kg": 42.0, "albumin_g_l": 38.0, "ifx_dose_mg_kg": 5.0}
    >>> risk_without_level(model, [child])  # doctest: +SKIP
    RiskWithoutLevel(1 child, research only)
    """
    forecast = model.encoding.forecast
    if forecast is None:
        asks = model.facts.design.trough_forecast
        why = "no training child had a trough" if asks else "its design has no trough_forecast"
        raise DesignError(
            f"{model!r} did not learn with a forecast trough, since {why}; expected a model of a "
            "design with trough_forecast, such as week14-forecast, and children with a trough"
        )
    told = model.predict(records, days_since_first_infusion=days_since_first_infusion)
    _refuse_measured(told)
    children = model.read(records)
    median, low, high, levels = _forecast_of(model, forecast, children)
    at_levels = _at(model, children, levels, told.days_since_first_infusion)
    lowest, highest = np.quantile(at_levels.risk.reshape(*levels.shape, -1), _ENDS, axis=1)
    return RiskWithoutLevel(
        days_since_first_infusion=told.days_since_first_infusion,
        risk=told.risk,
        lowest=lowest,
        highest=highest,
        trough_median=median,
        trough_low=low,
        trough_high=high,
        narrowed=_narrowed(at_levels, len(children)),
        interval=told.interval,
        warnings=told.warnings,
    )


def _forecast_of(
    model: PackagedModel, forecast: TroughForecast, records: Records
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return each child's median level, its ends, and its levels of equal probability."""
    predictors = model.encoding.predictors
    coded = coded_records(records, model.facts.design.catalogue.columns(predictors))
    # The slower the clearance, the higher the level.
    low, median, high = forecast.at(ndtri([_ENDS[1], 0.5, _ENDS[0]]), predictors, coded).T
    return median, low, high, forecast.levels(predictors, coded)


def _at(model: PackagedModel, records: Records, levels: Floats, days: Floats) -> RiskPrediction:
    """Ask the model of every child at every level, as if it had been measured."""
    supposed = [
        {**record, TROUGH: float(level)}
        for record, of_child in zip(records, levels, strict=True)
        for level in of_child
    ]
    return model.predict(supposed, days_since_first_infusion=days)


def _narrowed(measured: RiskPrediction, children: int) -> Floats | None:
    """By how much the spread that a known trough leaves is smaller than that with an unknown one.

    Variances of the log hazard add up: that of a known trough, and that of what its levels say.
    """
    if measured.interval is None:
        return None
    by_child = (children, -1, measured.risk.shape[1])
    low, high = (log_hazard(ends) for ends in (measured.interval.low, measured.interval.high))
    known = ((high - low) / (2 * QUANTILE)).reshape(by_child).mean(axis=1)
    between = log_hazard(measured.risk).reshape(by_child).std(axis=1)
    share = 1.0 - known / np.hypot(known, between)
    nobody = (measured.risk == 0).reshape(by_child).all(axis=1)
    narrowed: Floats = np.where(nobody, np.nan, share)
    return narrowed


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _refuse_measured(told: RiskPrediction) -> None:
    faults = [
        Fault(TROUGH, "was measured; expected records without", "Ask model.predict", row=row)
        for row, missing in enumerate(told.missing, start=1)
        if TROUGH not in missing
    ]
    if faults:
        raise RecordFaults(faults, subject="the request")
