"""Contributions in pictures and in words."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import shap
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from matplotlib.text import Text

from lorpredict.errors import BeyondFollowUp, UnsupportedModel
from lorpredict.explanation import Contributions, figures, top_contributions
from lorpredict.survival import RiskInterval

PREDICTORS = ("crp_mg_l", "antibodies_week14", "perianal", "trough_week14_ug_ml", "invented")


@pytest.fixture(scope="module")
def contributions() -> Contributions:
    rng = np.random.default_rng(12)
    data = np.empty((30, 5), dtype=object)
    data[:, 0] = [float(value) for value in rng.uniform(1, 90, 30).round(1)]
    data[:, 1] = [("negative", "low", "high")[level] for level in rng.integers(0, 3, 30)]
    data[:, 2] = [bool(value) for value in rng.integers(0, 2, 30)]
    data[:, 3] = [float(value) for value in rng.uniform(0, 12, 30).round(1)]
    data[:, 4] = [int(value) for value in rng.integers(0, 9, 30)]
    data[rng.random(data.shape) < 0.2] = None
    data[0] = [12.0, "high", None, 0.8, 3]
    values = rng.normal(0, 0.03, (30, 5, 3)) * np.array([0.5, 1, 1.2])
    values[0, :, 1] = [0.041, 0.02, -0.01, 0.1, 0]
    base_values = np.tile([0.1, 0.2, 0.3], (30, 1))
    days = np.array([100.0, 267.0, 632.0])
    predicted = values.sum(axis=1) + base_values
    return Contributions(PREDICTORS, values, base_values, predicted, data, days, "risk")


@pytest.fixture
def log_hazards(contributions: Contributions) -> Contributions:
    return replace(contributions, scale="log_hazard")


@pytest.fixture(autouse=True)
def own_random_state_and_no_open_figure() -> Iterator[None]:
    yield
    assert plt.get_fignums() == []


def _texts(figure: Figure) -> str:
    figure.canvas.draw()
    return "\n".join(text.get_text() for text in figure.findobj(Text))


def _pixels(figure: Figure) -> bytes:
    file = io.BytesIO()
    figure.savefig(file, format="png", metadata={"Software": None})
    return file.getvalue()


DRAWN: dict[str, Callable[[Contributions], Figure]] = {
    "beeswarm": lambda c: figures.beeswarm(c, 267, synthetic=True),
    "bar": lambda c: figures.bar(c, 267, synthetic=True),
    "waterfall": lambda c: figures.waterfall(c, 0, 267, synthetic=True),
    "over time": lambda c: figures.over_time(c, 0, synthetic=True),
    "importance over time": lambda c: figures.importance_over_time(c, synthetic=True),
}


@pytest.mark.parametrize("draw", DRAWN.values(), ids=DRAWN)
def test_figure_says_when_its_model_is_a_demonstration(
    draw: Callable[[Contributions], Figure], contributions: Contributions
) -> None:
    assert "synthetic children: demonstration only" in _texts(draw(contributions))


@pytest.mark.parametrize("name", ["beeswarm", "waterfall", "over time"])
def test_figure_is_the_same_every_time(name: str, contributions: Contributions) -> None:
    assert _pixels(DRAWN[name](contributions)) == _pixels(DRAWN[name](contributions))


def test_titles_tell_the_scale_and_count_from_the_first_infusion(
    contributions: Contributions, log_hazards: Contributions
) -> None:
    swarm, bars = figures.beeswarm(contributions, 267), figures.bar(contributions, 100)
    hazard = figures.waterfall(log_hazards, 0, 267)

    assert "What moves the risk by 12 months after the first infusion" in _texts(swarm)
    assert "Contribution to the risk\n(percentage points)" in _texts(swarm)
    assert "What matters for the risk by 198 days after the first infusion" in _texts(bars)
    assert "One child's log-hazard, the same at all times" in _texts(hazard)
    assert "synthetic" not in _texts(swarm)


def test_a_time_says_which_way_is_sooner(contributions: Contributions) -> None:
    accelerated = replace(contributions, scale="log_acceleration")
    child = _texts(figures.waterfall(accelerated, 0, 267))

    assert "One child's log-acceleration, the same at all times" in child
    assert "Log-acceleration of secondary loss of response (right: sooner)" in child
    swarm = _texts(figures.beeswarm(accelerated, 267))
    assert "Contribution to the log-acceleration\n(right: sooner)" in swarm
    upright = _texts(figures.dependence(accelerated, "perianal", 267))
    assert "Contribution to the log-acceleration\n(up: sooner)" in upright
    told = [sentence.text for sentence in top_contributions(accelerated, 0, 1, n=4)]
    assert told[2:] == ["time to loss of response ÷ 1.02", "time to loss of response × 1.01"]
    with pytest.raises(UnsupportedModel, match="log-acceleration are the same at all times"):
        figures.over_time(accelerated, 0)


def test_waterfall_tells_one_child_in_original_units(contributions: Contributions) -> None:
    texts = _texts(figures.waterfall(contributions, 0, 267))

    assert "12 mg/L = C-reactive protein" in texts
    assert "not measured = Perianal disease" in texts
    assert "base value 20.0 %" in texts
    assert "this child 35.1 %" in texts
    assert "Risk of secondary loss of response (%)" in texts


@pytest.mark.parametrize(
    "name, start", {"beeswarm": "Sum of ", "bar": "Sum of ", "waterfall": ""}.items()
)
def test_what_is_summed_up_are_predictors(
    name: str, start: str, contributions: Contributions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures, "SHOWN", 3)

    texts = _texts(DRAWN[name](contributions)).splitlines()

    assert f"{start}3 other predictors" in texts
    assert not any("features" in text for text in texts)


@pytest.mark.parametrize("dpi", [72, 200])
@pytest.mark.parametrize("name", DRAWN)
def test_no_text_touches_the_border(name: str, dpi: int, contributions: Contributions) -> None:
    figure = DRAWN[name](contributions)
    figure.set_dpi(dpi)
    figure.canvas.draw()
    drawn, (width, height) = figure.get_tightbbox(), figure.get_size_inches()

    assert min(drawn.x0, drawn.y0, width - drawn.x1, height - drawn.y1) > 0.02


def test_over_time_draws_the_risk_above_what_moves_it(contributions: Contributions) -> None:
    figure = figures.over_time(contributions, 0, shown=3)
    above, below = figure.axes
    risk = above.lines[0].get_ydata()

    assert risk == pytest.approx(100 * contributions.predicted[0])
    # One line for zero, three predictors, the others in one.
    assert len(below.lines) == 5
    assert sum(np.asarray(line.get_ydata()) for line in below.lines[1:]) == pytest.approx(
        100 * (contributions.predicted[0] - contributions.base_values[0])
    )
    assert "Infliximab trough at week 14: 0.8 µg/mL" in _texts(figure)
    assert "2 others together" in _texts(figure)


def test_pictures_of_a_child_say_how_sure_its_risk_is(contributions: Contributions) -> None:
    sure = RiskInterval(contributions.predicted - 0.04, contributions.predicted + 0.09, "made up")
    told = replace(contributions, interval=sure)

    (band,) = figures.over_time(told, 3).axes[0].collections
    ends = np.asarray(band.get_paths()[0].vertices)[:, 1]

    assert (ends.min(), ends.max()) == pytest.approx(
        (100 * sure.low[3].min(), 100 * sure.high[3].max())
    )
    assert "95 % interval" in _texts(figures.over_time(told, 3))
    assert "this child 35.1 %, 95 % interval 31 to 44 %" in _texts(figures.waterfall(told, 0, 267))
    for draw in (figures.over_time(contributions, 3), figures.waterfall(contributions, 0, 267)):
        assert "interval" not in _texts(draw)


def test_what_is_constant_in_time_is_not_drawn_over_time(log_hazards: Contributions) -> None:
    with pytest.raises(UnsupportedModel, match="the same at all times; draw a waterfall"):
        figures.over_time(log_hazards, 0)


def test_days_that_were_not_explained_are_refused(contributions: Contributions) -> None:
    with pytest.raises(BeyondFollowUp, match="300 days were not explained; explained: 100, 267"):
        figures.beeswarm(contributions, 300)


def test_caller_keeps_open_figures_and_the_current_one(contributions: Contributions) -> None:
    own = plt.figure()
    figures.bar(contributions, 267)

    assert plt.gcf() is own
    plt.close(own)


def test_explanation_holds_numbers_words_and_labels(contributions: Contributions) -> None:
    explained = contributions.at(267)

    assert explained.data[0].tolist() == pytest.approx([12, 2, np.nan, 0.8, 3], nan_ok=True)
    assert explained.display_data[0].tolist() == [12, "high titre", "not measured", 0.8, 3]
    assert explained.feature_names == [
        "C-reactive protein (mg/L)", "Antibodies against infliximab at week 14",
        "Perianal disease", "Infliximab trough at week 14 (µg/mL)", "invented",
    ]  # fmt: skip
    assert contributions.to_shap().values.shape == (30, 5, 3)
    assert contributions.to_shap().base_values.shape == (30, 3)


SHAP_PLOTS: dict[str, Callable[[Any], Any]] = {
    "beeswarm": lambda e: shap.plots.beeswarm(e, show=False),
    "violin": lambda e: shap.plots.violin(e, show=False),
    "bar": lambda e: shap.plots.bar(e, show=False),
    "bar of one child": lambda e: shap.plots.bar(e[0], show=False),
    "waterfall": lambda e: shap.plots.waterfall(e[0], show=False),
    "heatmap": lambda e: shap.plots.heatmap(e, show=False),
    "scatter of a number": lambda e: shap.plots.scatter(e[:, 0], color=e, show=False),
    "scatter of a category": lambda e: shap.plots.scatter(e[:, 1], color=e[:, 3], show=False),
    "scatter of a boolean": lambda e: shap.plots.scatter(e[:, 2], show=False),
    "force": lambda e: shap.plots.force(e[0], matplotlib=True, show=False),
    "decision": lambda e: shap.plots.decision(
        e.base_values[0], e.values, e.display_data, e.feature_names, show=False
    ),
}


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
@pytest.mark.parametrize("plot", SHAP_PLOTS.values(), ids=SHAP_PLOTS)
@pytest.mark.parametrize("whole", [False, True], ids=["one day", "a slice of all days"])
def test_every_plot_of_shap_draws_contributions(
    plot: Callable[[Any], Any], whole: bool, contributions: Contributions
) -> None:
    explained = contributions.to_shap()[..., 1] if whole else contributions.to_shap(1)
    state = np.random.get_state()  # noqa: NPY002  shap's plots draw from it
    try:
        plot(explained)
    finally:
        np.random.set_state(state)  # noqa: NPY002
        plt.close("all")


def test_top_contributions_are_worded_for_people(
    contributions: Contributions, log_hazards: Contributions
) -> None:
    risks = top_contributions(contributions, 0, 1, n=4)

    assert [str(sentence) for sentence in risks] == [
        "Infliximab trough at week 14 (0.8 µg/mL): +10.0 percentage points",
        "C-reactive protein (12 mg/L): +4.1 percentage points",
        "Antibodies against infliximab at week 14 (high titre): +2.0 percentage points",
        "Perianal disease (not measured): -1.0 percentage points",
    ]
    assert top_contributions(log_hazards, 0, 1, n=1)[0].text == "hazard × 1.11"
    assert len(top_contributions(contributions, 0, 1)) == 5
