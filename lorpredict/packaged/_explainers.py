"""Explainers of one model, kept for the days that are asked again and again."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from lorpredict.explanation import ExactExplainer
from lorpredict.survival import CurveModel, Floats

# Sets of days beside the horizons: a page asks the same ones each time, for children whose
# landmarks are some days apart.
_KEPT = 8


@dataclass(frozen=True, eq=False)
class Explainers:
    """The explainer for some days; building one costs ten to twenty explanations.

    Threads may ask at the same time: at worst two build the same one.

    Parameters
    ----------
    curves : what is explained
    horizons : days since the landmark whose explainer is never let go
    """

    curves: CurveModel
    horizons: tuple[float, ...]
    _built: dict[bytes, ExactExplainer] = field(default_factory=dict, repr=False, init=False)

    def at(self, days: Floats) -> ExactExplainer:
        """Explain at these days since the landmark; the latest eight sets of days are kept."""
        asked = days.tobytes()
        found = self._built.get(asked)
        if found is None:
            found = self._built[asked] = ExactExplainer(self.curves, days)
            self._let_go()
        return found

    def _let_go(self) -> None:
        lasting = np.array(self.horizons).tobytes()
        others = [key for key in list(self._built) if key != lasting]
        for oldest in others[:-_KEPT]:
            self._built.pop(oldest, None)
