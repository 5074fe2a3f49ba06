"""Families that choose their settings themselves, inside the rows that teach them.

A tuned model is a model as any other: everything happens in ``fit``. Whoever fits it in a fold,
in a resample or without one hospital tunes it there, and no row that tests has a say (nested).

References
----------
Varma S, Simon R. BMC Bioinformatics 7:91 (2006).
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from typing import Any, Self

import numpy as np
import pandas as pd

from lorpredict.design import ModelDesign
from lorpredict.errors import TooLittleData
from lorpredict.evaluation._inner_folds import InnerFolds
from lorpredict.evaluation._running import source_code
from lorpredict.evaluation._studies import finished_trials
from lorpredict.evaluation._trials import Choice, Settings, best_of
from lorpredict.models import FamilyModel, ModelFamily
from lorpredict.survival import Outcome

TRIALS = 20
# Their next versions may score the same settings otherwise.
_LEARNERS = ("numpy", "optuna", "sklearn", "sksurv", "xgboost")


@dataclass(frozen=True)
class Tuning:
    """How settings are chosen.

    Parameters
    ----------
    trials
        How many settings are tried out, the defaults first.
    studies
        Address of the database in which finished trials are kept; in memory if empty. What is
        chosen does not depend on it.
    """

    trials: int = TRIALS
    studies: str = field(default="", repr=False, compare=False)


class TunedModel(FamilyModel):
    """A model that chooses its settings when it learns.

    Attributes
    ----------
    choice_ : what was chosen, and by what
    settings : those it has learnt with, once it has
    """

    choice_: Choice

    def __init__(self, model: FamilyModel, tuning: Tuning, *, asked: Collection[str] = ()) -> None:
        super().__init__(model.family, model.design, seed=model.seed, settings=model.settings)
        self._tuning, self._before, self._asked = tuning, dict(model.settings), frozenset(asked)

    def fit(self, X: pd.DataFrame, y: Outcome) -> Self:
        """Choose the settings by five folds of these rows, then learn from all of them."""
        self.choice_ = self._chosen(X, y)
        self.settings = {**self._before, **self.choice_.settings}
        return super().fit(X, y)

    def _chosen(self, X: pd.DataFrame, y: Outcome) -> Choice:
        space = self.family.to_tune(self._asked)
        defaults = {name: self._before[name] for name in space}
        try:
            inner = InnerFolds.drawn(X, y, self.design, seed=self.seed)
        except TooLittleData as error:
            return Choice(defaults, problem=str(error))
        name = self._name_of_study(X, y, repr(space))
        with finished_trials(self._tuning.studies, name) as known:
            return best_of(
                space,
                defaults,
                lambda settings: inner.score(partial(self._of_a_trial, settings)),
                seed=self.seed,
                trials=self._tuning.trials,
                known=known,
            )

    def _of_a_trial(self, settings: Settings) -> FamilyModel:
        quicker = {
            name: value
            for name, value in self.family.settings_of_trials.items()
            if name not in self._asked
        }
        together = {**self._before, **quicker, **settings}
        return FamilyModel(self.family, self.design, seed=self.seed, settings=together)

    def _name_of_study(self, X: pd.DataFrame, y: Outcome, space: str) -> str:
        """Name the study by all that its scores depend on."""
        if not self._tuning.studies:
            return ""
        versions = [(name, import_module(name).__version__) for name in _LEARNERS]
        asked = (self.family.name, self._before, space, dict(self.family.settings_of_trials))
        about = (asked, self.design.to_dict(), self.seed, versions, source_code())
        found = hashlib.sha256(repr(about).encode())
        found.update(repr(list(X.columns)).encode())
        found.update(pd.util.hash_pandas_object(X, index=False).to_numpy().tobytes())
        found.update(np.ascontiguousarray(y).tobytes())
        return f"lorpredict {self.family.name} {found.hexdigest()}"


def model_for(
    family: ModelFamily,
    design: ModelDesign,
    *,
    seed: int,
    settings: Mapping[str, Any] | None = None,
    tuning: Tuning | None = None,
) -> FamilyModel:
    """Return an unfitted model of a family, which tunes itself if that is wanted.

    Parameters
    ----------
    settings
        What is set otherwise than by default; it is not tuned.
    tuning
        None for no tuning. A family with nothing to tune is left alone.
    """
    model = family.build(design, seed=seed, settings=settings)
    if tuning is None or not family.to_tune(settings or ()):
        return model
    return TunedModel(model, tuning, asked=settings or ())
