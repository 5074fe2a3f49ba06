"""Who is served and at what stage, on evaluations made by hand."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest

from lorpredict import AtRisk, Evaluation, families
from lorpredict.errors import TooLittleData
from lorpredict.evaluation import Verdicts, gate, judge
from lorpredict.models import ModelFamily
from lorpredict.outcome import FlowDiagram
from lorpredict.survival import outcome_array
from tests.tables import simple_design

FOLDS = 10
# Folds differ by a little, so that an interval can be told.
JITTER = np.linspace(-0.01, 0.01, FOLDS)


def evaluation(
    uno_c: Mapping[str, float | None],
    *,
    events: int,
    children: int = 300,
    spread: float = 1.0,
    synthetic: bool = False,
) -> Evaluation:
    """Families with their mean Uno's C; None where a family could learn in no fold."""
    y = outcome_array(np.arange(children) < events, np.arange(1, children + 1))
    at_risk = AtRisk(
        X=pd.DataFrame(index=range(children)),
        y=y,
        ends=np.empty(children, dtype=object),
        flow=FlowDiagram(children, {}, children, {}, {}),
        design=simple_design(),
        synthetic=synthetic,
    )
    rows = [
        (name, "uno_c", 0, fold, mean + (spread * JITTER[fold] if name != "ridge" else 0.0))
        for name, mean in uno_c.items()
        if mean is not None
        for fold in range(FOLDS)
    ]
    return Evaluation(
        values=pd.DataFrame(rows, columns=["family", "measure", "repeat", "fold", "value"]),
        risk={
            name: np.full((1, children, 1), np.nan if mean is None else 0.3)
            for name, mean in uno_c.items()
        },
        days=np.array([267.0]),
        horizons=np.array([267.0]),
        at_risk=at_risk,
        notes=(),
    )


def verdicts(
    uno_c: Mapping[str, float | None],
    *,
    events: int = 200,
    children: int = 300,
    spread: float = 1.0,
    parameters: int = 20,
    synthetic: bool = False,
) -> Verdicts:
    chosen: list[ModelFamily] = [families()[name] for name in uno_c]
    judged = evaluation(uno_c, events=events, children=children, spread=spread, synthetic=synthetic)
    return judge(judged, chosen, parameters=parameters)


@pytest.fixture
def all_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    """As it will be once stability and leakage are judged, and hold."""
    monkeypatch.setattr(gate, "_NOT_JUDGED", {})


USUAL = {"null": 0.5, "published": 0.8, "ridge": 0.65, "forest": 0.66, "boosting": 0.64}


def test_ridge_is_served_unless_a_tree_model_has_earned_the_place() -> None:
    found = verdicts(USUAL)
    assert found.served == {"champion": "ridge", "challenger": "forest"}


def test_no_tree_model_is_promoted_before_every_rule_is_judged() -> None:
    found = verdicts(USUAL | {"forest": 0.70})
    assert found.served == {"champion": "ridge", "challenger": "forest"}
    assert [rule.holds for rule in found.rules["forest"]] == [True, True, False, False]
    assert str(found.rules["forest"][3]) == (
        "leakage: not judged (needed: no prediction moves when later columns do) does not hold"
    )


@pytest.mark.usefixtures("all_judged")
def test_a_tree_model_with_enough_events_and_a_sure_gain_is_promoted() -> None:
    found = verdicts(USUAL | {"forest": 0.70})
    assert found.served == {"champion": "forest", "challenger": "ridge"}
    assert [str(rule) for rule in found.rules["forest"]] == [
        "events for a tree model: 200 events (needed: 100) holds",
        # The ten folds have a standard deviation of 0.0067; corrected for the children they share
        # by the root of 1/10 + 1/8 (nine to one), and 1.96 times, that is 0.006.
        "gain in Uno's C over ridge: +0.050, 95 % interval from +0.044 "
        "(needed: at least +0.02, interval above 0) holds",
    ]


@pytest.mark.usefixtures("all_judged")
def test_a_tree_model_is_refused_below_a_hundred_events() -> None:
    found = verdicts(USUAL | {"forest": 0.70}, events=99)
    assert found.served == {"champion": "ridge", "challenger": "forest"}
    assert [rule.holds for rule in found.rules["forest"]] == [False, True]
    assert verdicts(USUAL | {"forest": 0.70}, events=100).champion == "forest"


@pytest.mark.usefixtures("all_judged")
@pytest.mark.parametrize(
    "forest, spread, promoted",
    [(0.669, 0.1, False), (0.671, 0.1, True), (0.70, 20.0, False)],
    ids=["too small", "just enough", "too unsure"],
)
def test_the_gain_has_to_be_large_and_sure(forest: float, spread: float, promoted: bool) -> None:
    found = verdicts(USUAL | {"forest": forest}, spread=spread)
    assert (found.champion == "forest") is promoted


@pytest.mark.usefixtures("all_judged")
def test_of_two_promoted_models_the_better_one_is_served_and_the_other_challenges() -> None:
    found = verdicts(USUAL | {"forest": 0.70, "boosting": 0.72})
    assert found.served == {"champion": "boosting", "challenger": "forest"}


def test_a_comparator_is_never_served() -> None:
    found = verdicts({"null": 0.5, "published": 0.9, "ridge": 0.6})
    assert found.served == {"champion": "ridge"}
    assert found.challenger is None


def test_where_neither_ridge_nor_kaplan_meier_could_learn_nothing_is_served() -> None:
    with pytest.raises(TooLittleData, match="neither ridge nor null could learn in any fold"):
        verdicts({"ridge": None, "forest": 0.6})


def test_kaplan_meier_is_served_where_ridge_cannot_learn() -> None:
    found = verdicts(USUAL | {"ridge": None}, events=50)
    assert found.champion == "null"
    assert found.rules["forest"][1].name == "gain in Uno's C over null"


def test_a_tree_model_that_could_not_learn_is_not_judged() -> None:
    found = verdicts(USUAL | {"forest": None})
    assert set(found.rules) == {"boosting"}
    assert found.challenger == "boosting"


SYNTHETIC = "trained on a synthetic reconstruction: demonstration only"
NOT_JUDGED = "calibration, net benefit and stability have not been judged by the gate"


def test_a_synthetic_cohort_is_a_demonstration_whatever_its_figures() -> None:
    found = verdicts(USUAL | {"forest": 0.95}, synthetic=True)
    assert found.stage == "demo"
    assert found.reasons[0] == SYNTHETIC


@pytest.mark.parametrize("parameters, few", [(20, False), (21, True)])
def test_ten_events_are_needed_for_each_parameter(parameters: int, few: bool) -> None:
    found = verdicts(USUAL, events=200, parameters=parameters)
    told = f"200 events for {parameters} parameters; expected at least 10 events for each"
    assert (told in found.reasons) is few


def test_no_model_is_a_candidate_before_the_gate_has_judged_all() -> None:
    found = verdicts(USUAL, events=200, parameters=1, children=1000)
    assert (found.stage, found.reasons) == ("exploratory", (NOT_JUDGED,))


def test_fewer_children_than_rileys_minimum_keep_a_model_exploratory() -> None:
    found = verdicts(USUAL, parameters=1)
    (told,) = (reason for reason in found.reasons if "Riley" in reason)
    assert told.startswith("300 children at risk; Riley's minimum is 353")
