"""Clouds of children and the field of all of them: what stands where, in which colour, in words."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.text import Text

from lorpredict.errors import BeyondFollowUp, UnknownPredictor
from lorpredict.explanation import Contributions, figures
from lorpredict.explanation._interactions import Interactions
from lorpredict.survival import Floats

PREDICTORS = ("crp_mg_l", "antibodies_week14", "perianal", "trough_week14_ug_ml", "invented")
CHILDREN, DAY = 40, 267.0


@pytest.fixture(scope="module")
def contributions() -> Contributions:
    rng = np.random.default_rng(3)
    data = np.empty((CHILDREN, 5), dtype=object)
    data[:, 0] = [float(value) for value in rng.uniform(1, 90, CHILDREN).round(1)]
    data[:, 1] = [("negative", "low", "high")[level] for level in rng.integers(0, 3, CHILDREN)]
    data[:, 2] = [bool(value) for value in rng.integers(0, 2, CHILDREN)]
    data[:, 3] = [float(value) for value in rng.uniform(0, 12, CHILDREN).round(1)]
    data[:, 4] = [int(value) for value in rng.integers(0, 9, CHILDREN)]
    data[:7, 0], data[3:8, 3], data[0, 1] = None, None, None
    values = rng.normal(0, 0.03, (CHILDREN, 5, 2)) * np.arange(1, 6)[:, None]
    base_values = np.tile([0.1, 0.2], (CHILDREN, 1))
    predicted = values.sum(axis=1) + base_values
    days = np.array([100.0, DAY])
    return Contributions(PREDICTORS, values, base_values, predicted, data, days, "risk")


@pytest.fixture(scope="module")
def interactions(contributions: Contributions) -> Interactions:
    rng = np.random.default_rng(4)
    halves = rng.normal(0, 0.01, (CHILDREN, 5, 5, 2))
    values = halves + halves.swapaxes(1, 2)
    return Interactions(PREDICTORS, values, contributions.data, contributions.days, "risk")


def _texts(figure: Figure) -> str:
    figure.canvas.draw()
    return "\n".join(text.get_text() for text in figure.findobj(Text))


def _dots(axes: Axes) -> Floats:
    """Where all the dots of an axis are, the lowest first."""
    clouds = [each for each in axes.collections if isinstance(each, PathCollection)]
    places = np.concatenate([np.asarray(cloud.get_offsets()) for cloud in clouds])
    return places[np.argsort(places[:, 1])]


def _expected(values: Floats, heights: Floats) -> Floats:
    places = np.column_stack([values, heights])
    return places[np.argsort(heights)]


# ---- dependence -------------------------------------------------------------------------------


def test_dots_stand_at_what_was_measured_and_at_percentage_points(
    contributions: Contributions,
) -> None:
    figure = figures.dependence(contributions, "crp_mg_l", DAY)
    measured = contributions.data[7:, 0].astype(float)
    heights = 100 * contributions.values[:, 0, 1]

    main, strip = figure.axes
    assert _dots(main) == pytest.approx(_expected(measured, heights[7:]))
    assert _dots(strip)[:, 1] == pytest.approx(np.sort(heights[:7]))
    assert main.get_xlabel() == "C-reactive protein (mg/L)"
    assert main.get_ylabel() == "Contribution to the risk\n(percentage points)"
    assert [each.get_text() for each in strip.get_xticklabels()] == ["not measured"]
    assert "C-reactive protein and the risk by 12 months after the first infusion" in _texts(figure)


def test_levels_are_words_and_their_dots_stay_beside_them(contributions: Contributions) -> None:
    main, _ = figures.dependence(contributions, "antibodies_week14", DAY).axes
    words = [each.get_text() for each in main.get_xticklabels()]
    levels = ["negative", "low", "high"]
    places = [levels.index(each) for each in contributions.data[1:, 1]]
    expected = _expected(np.array(places, dtype=float), 100 * contributions.values[1:, 1, 1])

    assert words == ["negative", "low titre", "high titre"]
    assert np.abs(_dots(main)[:, 0] - expected[:, 0]).max() < 1 / 3
    assert len(np.unique(_dots(main)[:, 0])) > 20


def test_yes_and_no_are_words(contributions: Contributions) -> None:
    [main] = figures.dependence(contributions, "perianal", DAY).axes
    assert [each.get_text() for each in main.get_xticklabels()] == ["no", "yes"]


def test_predictor_that_nobody_had_measured_has_the_strip_alone(
    contributions: Contributions,
) -> None:
    data = contributions.data.copy()
    data[:, 0] = None
    [strip] = figures.dependence(replace(contributions, data=data), "crp_mg_l", DAY).axes
    assert [each.get_text() for each in strip.get_xticklabels()] == ["not measured"]
    assert len(_dots(strip)) == CHILDREN


def test_rings_are_children_in_whom_the_colour_was_not_measured(
    contributions: Contributions,
) -> None:
    figure = figures.dependence(contributions, "perianal", DAY, coloured_by="trough_week14_ug_ml")
    rings, filled = figure.axes[0].collections
    assert len(np.asarray(rings.get_offsets())) == 5
    assert len(np.asarray(rings.get_facecolor())) == 0
    shown = np.sort(np.asarray(filled.get_array()))
    known = [value for value in contributions.data[:, 3] if value is not None]
    assert shown == pytest.approx(np.sort(known))
    assert "Infliximab trough at week 14 (µg/mL)\n(ring: not measured)" in _texts(figure)


def test_colours_of_levels_are_told_in_words(contributions: Contributions) -> None:
    figure = figures.dependence(contributions, "invented", DAY, coloured_by="antibodies_week14")
    bar = figure.axes[-1]
    assert [each.get_text() for each in bar.get_yticklabels()] == [
        "negative", "low titre", "high titre",
    ]  # fmt: skip


def test_a_log_hazard_is_not_told_in_points(contributions: Contributions) -> None:
    hazards = replace(contributions, scale="log_hazard")
    figure = figures.dependence(hazards, "perianal", DAY)
    told = 100 * _dots(figure.axes[0])[:, 1]
    assert told == pytest.approx(
        _dots(figures.dependence(contributions, "perianal", DAY).axes[0])[:, 1]
    )
    assert "Contribution to the log-hazard" in _texts(figure)
    assert "percentage points" not in _texts(figure)


# ---- interaction ------------------------------------------------------------------------------


def test_interaction_is_the_whole_of_both_cells(interactions: Interactions) -> None:
    figure = figures.interaction(interactions, "invented", "perianal", DAY, synthetic=True)
    main, bar = figure.axes
    values = interactions.data[:, 4].astype(float)

    assert _dots(main) == pytest.approx(_expected(values, 200 * interactions.values[:, 4, 2, 1]))
    assert [each.get_text() for each in bar.get_yticklabels()] == ["no", "yes"]
    texts = _texts(figure)
    assert "Interaction\n(percentage points)" in texts
    assert "invented with Perianal disease: risk by 12 months after the first infusion" in (
        texts.replace("\n", " ")
    )
    assert "synthetic children: demonstration only" in texts


# ---- heat map ---------------------------------------------------------------------------------


def test_columns_are_children_in_order_of_their_risk(contributions: Contributions) -> None:
    figure = figures.heat_map(contributions, DAY)
    above, below, _ = figure.axes
    order = np.argsort(contributions.predicted[:, 1])
    rows = np.argsort(-np.abs(contributions.values[:, :, 1]).mean(axis=0))

    assert above.lines[0].get_ydata() == pytest.approx(100 * contributions.predicted[order, 1])
    field = np.asarray(below.images[0].get_array())
    assert field == pytest.approx(100 * contributions.values[order][:, rows, 1].T)
    assert [each.get_text() for each in below.get_yticklabels()] == [
        contributions.labels.label(PREDICTORS[row]) for row in rows
    ]
    assert "40 children, in order of the risk" in _texts(figure)


def test_colours_are_symmetric_about_zero(contributions: Contributions) -> None:
    below = figures.heat_map(contributions, DAY).axes[1]
    low, high = below.images[0].get_clim()
    assert low == -high
    assert high == pytest.approx(np.percentile(np.abs(np.asarray(below.images[0].get_array())), 99))


def test_what_was_not_measured_bears_a_dot(contributions: Contributions) -> None:
    figure = figures.heat_map(contributions, DAY)
    missing = [value is None for value in contributions.data.ravel()]
    assert len(_dots(figure.axes[1])) == sum(missing)
    assert "not measured" in _texts(figure)


def test_predictors_without_a_row_are_summed_up(
    contributions: Contributions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lorpredict.explanation._heat_map.SHOWN", 3)
    below = figures.heat_map(contributions, DAY).axes[1]
    field = np.asarray(below.images[0].get_array())
    order = np.argsort(contributions.predicted[:, 1])
    moved = contributions.predicted[order, 1] - contributions.base_values[order, 1]

    assert [each.get_text() for each in below.get_yticklabels()][3:] == ["2 others together"]
    assert field.sum(axis=0) == pytest.approx(100 * moved)


# ---- all of them ------------------------------------------------------------------------------

Drawn = Callable[[Contributions, Interactions], Figure]
DRAWN: dict[str, Drawn] = {
    "dependence": lambda c, _: figures.dependence(
        c, "crp_mg_l", DAY, coloured_by="trough_week14_ug_ml", synthetic=True
    ),
    "dependence of a level": lambda c, _: figures.dependence(
        c, "antibodies_week14", DAY, coloured_by="crp_mg_l", synthetic=True
    ),
    "interaction": lambda _, i: figures.interaction(
        i, "trough_week14_ug_ml", "antibodies_week14", DAY, synthetic=True
    ),
    "heat map": lambda c, _: figures.heat_map(c, DAY, synthetic=True),
}


@pytest.mark.parametrize("dpi", [72, 200])
@pytest.mark.parametrize("draw", DRAWN.values(), ids=DRAWN)
def test_no_text_touches_the_border(
    draw: Drawn, dpi: int, contributions: Contributions, interactions: Interactions
) -> None:
    figure = draw(contributions, interactions)
    figure.set_dpi(dpi)
    figure.canvas.draw()
    drawn, (width, height) = figure.get_tightbbox(), figure.get_size_inches()
    assert min(drawn.x0, drawn.y0, width - drawn.x1, height - drawn.y1) > 0.02


@pytest.mark.parametrize("draw", DRAWN.values(), ids=DRAWN)
def test_figure_is_the_same_every_time(
    draw: Drawn, contributions: Contributions, interactions: Interactions
) -> None:
    def pixels() -> bytes:
        file = io.BytesIO()
        draw(contributions, interactions).savefig(file, format="png", metadata={"Software": None})
        return file.getvalue()

    assert pixels() == pixels()


@pytest.mark.parametrize("draw", DRAWN.values(), ids=DRAWN)
def test_one_child_is_drawn_too(
    draw: Drawn, contributions: Contributions, interactions: Interactions
) -> None:
    def first(told: Contributions) -> Contributions:
        arrays = {
            name: getattr(told, name)[:1] for name in ("values", "base_values", "predicted", "data")
        }
        return replace(told, **arrays)

    alone = replace(interactions, values=interactions.values[:1], data=interactions.data[:1])
    assert "not measured" in _texts(draw(first(contributions), alone))


def test_unknown_predictors_and_days_are_refused(contributions: Contributions) -> None:
    with pytest.raises(UnknownPredictor, match="'crp' is not a predictor of this model; expected"):
        figures.dependence(contributions, "crp", DAY)
    with pytest.raises(UnknownPredictor, match="Did you mean perianal"):
        figures.dependence(contributions, "invented", DAY, coloured_by="perinal")
    with pytest.raises(BeyondFollowUp, match="300 days were not explained"):
        figures.dependence(contributions, "crp_mg_l", 300)
    with pytest.raises(BeyondFollowUp, match="300 days were not explained"):
        figures.heat_map(contributions, 300)
