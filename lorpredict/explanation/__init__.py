"""Which predictors moved a prediction, and how far: exactly, and in words and pictures.

Names are imported when they are asked for; the service explains without shap or matplotlib.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lorpredict._lazy import lazy_names

if TYPE_CHECKING:
    from lorpredict.explanation import figures
    from lorpredict.explanation._contributions import Contributions
    from lorpredict.explanation._convert import as_shap_explanation
    from lorpredict.explanation._exact import (
        ExactContributions,
        ExactExplainer,
        exact_contributions,
    )
    from lorpredict.explanation._grouping import grouped
    from lorpredict.explanation._interactions import Interactions
    from lorpredict.explanation._labels import Labels
    from lorpredict.explanation._tree_explainer import SurvivalTreeExplainer
    from lorpredict.explanation.wording import ContributionSentence, top_contributions

__all__ = [
    "ContributionSentence",
    "Contributions",
    "ExactContributions",
    "ExactExplainer",
    "Interactions",
    "Labels",
    "SurvivalTreeExplainer",
    "as_shap_explanation",
    "exact_contributions",
    "figures",
    "grouped",
    "top_contributions",
]

__getattr__ = lazy_names(
    __name__,
    {
        "_contributions": ("Contributions",),
        "_convert": ("as_shap_explanation",),
        "_exact": ("ExactContributions", "ExactExplainer", "exact_contributions"),
        "_grouping": ("grouped",),
        "_interactions": ("Interactions",),
        "_labels": ("Labels",),
        "_tree_explainer": ("SurvivalTreeExplainer",),
        "wording": ("ContributionSentence", "top_contributions"),
    },
)
