"""Each shape of model keeps its shape: what changes is the level, and the spread where asked.

``LinearHazard``, ``TreeHazard``  a new Breslow baseline below the old log-hazard, times the slope
``SurvivalForest``                every leaf's curve, see ``_forest``
``AcceleratedTime``               the log-time shifted and stretched, see ``_accelerated``
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import singledispatch
from typing import TypeVar

from lorpredict.errors import UnsupportedModel
from lorpredict.models._baseline import breslow_baseline, kaplan_meier_baseline
from lorpredict.models._curves import AcceleratedTime, LinearHazard, SurvivalForest, TreeHazard
from lorpredict.recalibration._accelerated import refitted_times
from lorpredict.recalibration._forest import refitted_forest
from lorpredict.recalibration._slope import NewChildren, slope_of
from lorpredict.survival import CurveModel
from lorpredict.trees import TreeEnsemble

Hazard = TypeVar("Hazard", LinearHazard, TreeHazard)


@dataclass(frozen=True)
class Adjusted:
    """The adjusted curves, and what the spread was multiplied by, where it was."""

    curves: CurveModel
    slope: float | None


@singledispatch
def adjusted(
    curves: object,
    _children: NewChildren,
    *,
    with_slope: bool,  # noqa: ARG001  the shapes read it
) -> Adjusted:
    """Adjust what a model has learnt to new children.

    Raises
    ------
    UnsupportedModel
        If nobody has said how for this shape.
    TooLittleData
        If these children cannot tell a slope or a level.
    """
    raise UnsupportedModel(
        f"{type(curves).__name__} cannot be recalibrated; expected one of "
        f"{', '.join(kind.__name__ for kind in adjusted.registry if kind is not object)}"
    )


@adjusted.register
def _linear(curves: LinearHazard, children: NewChildren, *, with_slope: bool) -> Adjusted:
    if not curves.coefficients.size and not with_slope:
        return Adjusted(
            replace(curves, baseline=kaplan_meier_baseline(children.y, children.grid)), None
        )
    slope = slope_of(curves.log_hazard(children.features), children) if with_slope else None
    scaled = replace(curves, coefficients=curves.coefficients * (slope or 1.0))
    return Adjusted(_on_new_baseline(scaled, children), slope)


@adjusted.register
def _trees(curves: TreeHazard, children: NewChildren, *, with_slope: bool) -> Adjusted:
    slope = slope_of(curves.log_hazard(children.features), children) if with_slope else None
    scaled = replace(curves, trees=_times(curves.trees, slope or 1.0))
    return Adjusted(_on_new_baseline(scaled, children), slope)


@adjusted.register
def _forest(curves: SurvivalForest, children: NewChildren, *, with_slope: bool) -> Adjusted:
    return Adjusted(*refitted_forest(curves, children, with_slope=with_slope))


@adjusted.register
def _accelerated(curves: AcceleratedTime, children: NewChildren, *, with_slope: bool) -> Adjusted:
    return Adjusted(*refitted_times(curves, children, with_slope=with_slope))


def _on_new_baseline(curves: Hazard, children: NewChildren) -> Hazard:
    log_hazard = curves.log_hazard(children.features)
    return replace(curves, baseline=breslow_baseline(log_hazard, children.y, children.grid))


def _times(trees: TreeEnsemble, factor: float) -> TreeEnsemble:
    """Multiply what the trees add up to; contributions are multiplied alike and stay exact."""
    return replace(trees, values=trees.values * factor, offset=trees.offset * factor)
