"""Colours are told apart by people who do not see red and green, and on a grey print.

References
----------
Machado GM, et al. A physiologically-based model for simulation of color vision deficiency.
IEEE Trans Vis Comput Graph 15:1291-8 (2009): the matrices for full deuteranopia and protanopia.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from matplotlib import colormaps
from matplotlib.colors import to_rgb

from lorpredict.explanation import Contributions, figures
from lorpredict.explanation._heat_map import DIVERGING
from lorpredict.explanation._over_time import PALETTE
from lorpredict.explanation._values import VALUES
from lorpredict.survival import Floats

SEEN: dict[str, Floats] = {
    "everybody": np.eye(3),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
         [-0.011820, 0.042940, 0.968881]]
    ),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
         [-0.003882, -0.048116, 1.051998]]
    ),
    "grey print": np.tile([0.2126, 0.7152, 0.0722], (3, 1)),
}  # fmt: skip
# CIE 1976 distances: about 2 is just seen side by side; dots lie apart, so more is asked.
TOLD_APART = 25.0
STEP = 5.0


def _lab(shades: Floats, seen: str) -> Floats:
    """Colours as somebody sees them, in CIE L*a*b*."""
    linear = np.where(shades <= 0.04045, shades / 12.92, ((shades + 0.055) / 1.055) ** 2.4)
    rgb = np.clip(linear @ SEEN[seen].T, 0, 1)
    to_xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    xyz = rgb @ to_xyz.T / np.array([0.9505, 1.0, 1.089])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    lightness, a, b = 116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])
    return np.stack([lightness, a, b], axis=1)


def _map(name: str, seen: str) -> Floats:
    return _lab(colormaps[name](np.linspace(0, 1, 11))[:, :3], seen)


def _smallest_step(name: str, seen: str) -> float:
    return float(np.linalg.norm(np.diff(_map(name, seen), axis=0), axis=1).min())


def _opposite(name: str, seen: str) -> float:
    """How far the two sides of zero are apart, where they are nearest."""
    shades = _map(name, seen)
    return float(np.linalg.norm(shades - shades[::-1], axis=1)[:4].min())


@pytest.mark.parametrize("seen", SEEN)
def test_values_differ_in_colour_and_in_lightness(seen: str) -> None:
    assert _smallest_step(VALUES, seen) > STEP
    assert (np.diff(_map(VALUES, seen)[:, 0]) > 0).all()


@pytest.mark.parametrize("seen", ["everybody", "deuteranopia", "protanopia"])
def test_raising_and_lowering_are_never_taken_for_one_another(seen: str) -> None:
    assert _opposite(DIVERGING, seen) > TOLD_APART
    assert _smallest_step(DIVERGING, seen) > STEP


def test_a_map_of_red_and_green_would_be_found() -> None:
    assert _opposite("RdYlGn", "deuteranopia") < TOLD_APART


@pytest.mark.parametrize("seen", ["everybody", "deuteranopia", "protanopia"])
def test_lines_are_told_apart(seen: str) -> None:
    shades = _lab(np.array([to_rgb(colour) for colour in PALETTE]), seen)
    apart = np.linalg.norm(shades[:, None] - shades[None], axis=2)
    assert apart[np.triu_indices(len(PALETTE), 1)].min() > 10


# ---- the beeswarm, which shap draws in red and blue -------------------------------------------


@pytest.fixture(scope="module")
def contributions() -> Contributions:
    rng = np.random.default_rng(1)
    data = rng.uniform(1, 50, (30, 3)).round(1).astype(object)
    data[:9, 0] = None
    values = rng.normal(0, 0.03, (30, 3, 1)) * np.array([[3.0], [2.0], [1.0]])
    base = np.full((30, 1), 0.2)
    return Contributions(
        ("crp_mg_l", "esr_mm_h", "albumin_g_l"), values, base, values.sum(axis=1) + base, data,
        np.array([267.0]), "risk",
    )  # fmt: skip


def test_beeswarm_has_these_colours_and_rings(contributions: Contributions) -> None:
    figure = figures.beeswarm(contributions, 267)
    clouds = figure.axes[0].collections
    coloured = [each for each in clouds if each.get_array() is not None]
    rings = [each for each in clouds if each.get_array() is None]

    assert {each.get_cmap().name for each in coloured} == {VALUES}
    assert sum(len(np.asarray(each.get_offsets())) for each in rings) == 9
    assert all(len(np.asarray(each.get_facecolor())) == 0 for each in rings)
    assert figure.axes[-1].get_ylabel() == "Value (ring: not measured)"


def test_row_of_several_predictors_has_no_colour_of_one(
    contributions: Contributions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures, "SHOWN", 2)
    axes = figures.beeswarm(contributions, 267).axes[0]
    drawn = [each for each in axes.collections if len(np.asarray(each.get_offsets()))]
    lowest = [each for each in drawn if np.abs(np.asarray(each.get_offsets())[:, 1]).max() < 0.5]
    assert axes.get_yticklabels()[0].get_text() == "Sum of 2 other predictors"
    assert lowest
    assert all(each.get_array() is None for each in lowest)


def test_beeswarm_of_what_nobody_had_measured_warns_of_nothing(
    contributions: Contributions,
) -> None:
    data = contributions.data.copy()
    data[:, 1] = None
    figure = figures.beeswarm(replace(contributions, data=data), 267)
    assert figure.axes[-1].get_ylabel() == "Value (ring: not measured)"


def test_bars_have_no_sign_and_three_digits(contributions: Contributions) -> None:
    axes = figures.bar(contributions, 267).axes[0]
    means = 100 * np.abs(contributions.values[:, :, 0]).mean(axis=0)
    assert [each.get_text() for each in axes.texts] == [f"{m:.3g}" for m in np.sort(means)[::-1]]
