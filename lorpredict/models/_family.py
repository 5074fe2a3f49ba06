"""What a model family is, and the model that any of them builds.

A family is one file in this folder with a ``FAMILY``. It says which encoding of the features it
wants and how it learns from them; the pipeline around it, the clock and the refusals are shared.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Literal, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from lorpredict.design import ModelDesign
from lorpredict.errors import DesignError, NotFitted, TooLittleData, did_you_mean
from lorpredict.features import Encoding, FeaturePipeline, feature_pipeline
from lorpredict.models._levels_by_outcome import drawn_by_outcome
from lorpredict.models._search_space import SearchSpace
from lorpredict.survival import (
    CurveModel,
    Floats,
    Outcome,
    Scale,
    SurvivalCurves,
    last_day_at_risk,
    refuse_beyond,
)

FamilyKind = Literal["reference", "comparator", "linear", "tree"]


@dataclass(frozen=True)
class TrainingRows:
    """What a family learns from.

    Parameters
    ----------
    features : array of shape (n_rows, n_features)
    names : names of the features
    y : outcome, in days since the landmark
    grid : days since the landmark, about a month apart, on which curves are kept
    seed : all randomness comes from it
    settings : every setting of the family, the defaults where nothing else was asked
    """

    features: Floats
    names: Sequence[str]
    y: Outcome
    grid: Floats
    seed: int
    settings: Mapping[str, Any]


@dataclass(frozen=True)
class Learnt:
    """The outcome of learning: plain arrays, and the library's own fitted object if any."""

    curves: CurveModel
    estimator: Any = None


@dataclass(frozen=True)
class ModelFamily:
    """How a model learns.

    Parameters
    ----------
    name, label
        Its key on the command line and its wording in a report.
    kind
        ``reference`` (knows no predictor), ``comparator`` (never served), ``linear`` or ``tree``.
    style
        The encoding of the features that it wants, see :class:`FeaturePipeline`.
    explained_on
        The scale on which contributions to its predictions add up exactly.
    learn
        From training rows to what was learnt.
    settings
        Name -> default, of all that may be set when a model is built.
    search_space
        Settings that tuning may choose -> between what, or among which.
    tuned_unasked
        Whether it is tuned where nobody said anything about tuning. Trials are done anew in every
        fold and resample, so few families can be.
    settings_of_trials
        What is set otherwise in trials because it is quicker and ranks settings alike.
    predictors
        The only predictors that it looks at; empty for those of the design.
    cuts
        Numbers that enter as "at most this value".
    interval
        How the interval of a single risk is found from models of resamples: ``linear`` where the
        log hazard is a weighted sum of the features, ``curve`` by the told risk; None: no interval.
    """

    name: str
    label: str
    kind: FamilyKind
    style: Literal["standardised", "imputed", "with_missing", "none"]
    explained_on: Scale
    learn: Callable[[TrainingRows], Learnt]
    settings: Mapping[str, Any] = field(default_factory=dict)
    search_space: SearchSpace = field(default_factory=dict)
    tuned_unasked: bool = False
    settings_of_trials: Mapping[str, Any] = field(default_factory=dict)
    predictors: tuple[str, ...] = ()
    cuts: Mapping[str, float] = field(default_factory=dict)
    interval: Literal["linear", "curve"] | None = None

    def __post_init__(self) -> None:
        unknown = {*self.search_space, *self.settings_of_trials} - self.settings.keys()
        if unknown:
            raise ValueError(f"the family {self.name!r} has no settings {', '.join(unknown)}")

    def build(
        self,
        design: ModelDesign,
        *,
        seed: int = 0,
        settings: Mapping[str, Any] | None = None,
    ) -> FamilyModel:
        """Return an unfitted model of this family for a design.

        Parameters
        ----------
        settings
            What is set otherwise than by default.

        Raises
        ------
        DesignError
            If the family has no setting of that name.
        """
        asked = settings or {}
        unknown = [name for name in asked if name not in self.settings]
        if unknown:
            hints = [did_you_mean(name, list(self.settings)) for name in unknown]
            has = f"It has {', '.join(self.settings) or 'none'}"
            raise DesignError(
                f"{self.label} has no such setting: {', '.join(unknown)}. "
                + " ".join(filter(None, [*hints, has]))
            )
        return FamilyModel(self, design, seed=seed, settings={**self.settings, **asked})

    def to_tune(self, asked: Collection[str] = ()) -> SearchSpace:
        """Return what there is to be tuned, where some settings were asked for.

        A setting whose default lies outside its search space is chosen by the family itself, in
        every fit, and is left to it: the penalty of ridge, the spread of XGBoost AFT.
        """
        return {
            name: choices
            for name, choices in self.search_space.items()
            if name not in asked and self.settings[name] in choices
        }

    def pipeline(self, design: ModelDesign) -> FeaturePipeline:
        """Return the unfitted feature pipeline that this family uses for a design."""
        return feature_pipeline(
            design, self.style, predictors=self.predictors, cuts=dict(self.cuts)
        )


class FamilyModel:
    """A model of any family: feature pipeline, learner and follow-up in one.

    Attributes
    ----------
    encoding_ : what the feature pipeline has learnt
    curves_ : what the family has learnt, as plain arrays
    estimator_ : the library's own fitted object, or None
    follow_up_ : last day of the time grid with enough children at risk in training
    """

    encoding_: Encoding
    curves_: CurveModel
    estimator_: Any
    follow_up_: float

    def __init__(
        self,
        family: ModelFamily,
        design: ModelDesign,
        *,
        seed: int = 0,
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        self.family, self.design, self.seed = family, design, seed
        self.settings = dict(family.settings if settings is None else settings)

    def fit(self, X: pd.DataFrame, y: Outcome) -> Self:
        """Learn from predictors and outcome.

        Raises
        ------
        TooLittleData
            If there are no events, too few children, or no values of any predictor.
        """
        if not y["event"].any():
            raise TooLittleData(
                f"none of the {len(y)} children lost response after the landmark; "
                "there is no event to learn from"
            )
        grid = self.design.time_grid(float(y["duration"].max()))
        self.follow_up_ = _last_on(grid, last_day_at_risk(y))
        pipeline = self.family.pipeline(self.design).fit(X)
        self.encoding_ = pipeline.encoding_
        self._refuse_without_features(len(X))
        self._encode = partial(FeaturePipeline.transform, pipeline)
        self._spread_out = partial(FeaturePipeline.spread_out, pipeline)
        learnt = self._learnt(
            TrainingRows(
                features=self._encode(X),
                names=self.encoding_.names,
                y=y,
                grid=grid,
                seed=self.seed,
                settings=self.settings,
            ),
            X,
        )
        self.curves_, self.estimator_ = learnt.curves, learnt.estimator
        return self

    def _learnt(self, rows: TrainingRows, X: pd.DataFrame) -> Learnt:
        """Learn; twice where a trough is forecast, since its level depends on what is learnt."""
        learnt = self.family.learn(rows)
        if self.encoding_.forecast is None:
            return learnt
        rng = np.random.default_rng(self.seed)
        levels = drawn_by_outcome(self._spread_out(X), learnt.curves, rows.y, rows.grid, rng=rng)
        return self.family.learn(replace(rows, features=levels))

    def predict_survival(self, X: pd.DataFrame, days: ArrayLike) -> SurvivalCurves:
        """Probability of still responding at each of ``days`` since the landmark.

        Where the design forecasts a missing trough, it is the mean over the levels that the trough
        may have had.

        Raises
        ------
        BeyondFollowUp
            For a day after the last one with enough children at risk in training.
        NotFitted
            Before :meth:`fit`.
        """
        self._refuse_unfitted()
        rows = self._spread_out(X)
        asked = refuse_beyond(days, self.follow_up_)
        return SurvivalCurves(asked, rows.averaged(self.curves_.survival(rows.features, asked)))

    def features(self, X: pd.DataFrame) -> Floats:
        """Return the children as the model sees them, array of shape (n_children, n_features).

        A trough that is forecast is at its expected level.

        Raises
        ------
        NotFitted
            Before :meth:`fit`.
        """
        self._refuse_unfitted()
        return self._encode(X)

    def _refuse_unfitted(self) -> None:
        if not hasattr(self, "curves_"):
            raise NotFitted(f"the {self.family.label} has not learnt yet; call fit first")

    def _refuse_without_features(self, children: int) -> None:
        if self.family.style != "none" and not self.encoding_.features:
            told = ", ".join(self.encoding_.predictors)
            raise TooLittleData(
                f"none of the {children} children has a value of {told}; "
                f"there is nothing for the {self.family.label} to learn from"
            )

    def __repr__(self) -> str:
        return f"FamilyModel({self.family.name!r}, design={self.design.name!r})"


def _last_on(grid: Floats, day: float) -> float:
    """Last day of the grid that is not after ``day``; it belongs to no single child."""
    within = grid[grid <= day]
    return float(within[-1]) if within.size else 0.0
