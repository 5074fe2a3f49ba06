"""The smoothed calibration curve of SurvivalEVAL.

SurvivalEVAL 0.9.0 (Qi S, et al.) fits the same Cox model of a spline with three knots, with
Efron's treatment of events on one day where ours is Breslow's. So the values are of days made
distinct, and computed in an environment of their own by

    from SurvivalEVAL.evaluations.calibration.single_time.integrated_calibration_index import (
        integrated_calibration_index,
    )
    integrated_calibration_index(
        risk, np.minimum(days, DAY), event & (days <= DAY), DAY, knots=3
    )

where ``risk`` are those of ``gbsg.py``, ``days`` and ``event`` those of ``distinct`` below. Its
curves have a hundred points, here are the first, the 51st and the last. It stops its search
earlier than we do, at a gradient of 1e-7, which leaves the seventh digit.
"""

from __future__ import annotations

import numpy as np
import pytest

from lorpredict.evaluation import Predicted, measures
from lorpredict.evaluation.calibration import calibration_curve
from lorpredict.survival import Outcome, outcome_array
from tests.golden.gbsg import five_year_risks, recurrence

DAY = 1826.25
ERRORS = {
    "basic": {
        "ici": 0.03742929968462284, "e50": 0.04156222225304629, "e90": 0.058016357435194954,
    },
    "with PGR": {
        "ici": 0.02802305948402119, "e50": 0.01779903247200909, "e90": 0.0648136565235255,
    },
}  # fmt: skip
CURVES = {
    "basic": {
        0.19672402083621043: 0.19932107429966056,
        0.5198768457896537: 0.5670399977629734,
        0.836566614244028: 0.8882844934142748,
    },
    "with PGR": {
        0.18891770883982512: 0.17349877191479468,
        0.5317602947368286: 0.5621027509066309,
        0.8677460289158921: 0.9312910177026491,
    },
}
SAME = 1e-6


@pytest.fixture(scope="module")
def distinct() -> Outcome:
    y = recurrence()
    return outcome_array(y["event"], y["duration"] + np.arange(len(y)) * 1e-6)


@pytest.mark.parametrize("model", ERRORS)
@pytest.mark.parametrize("name", ["ici", "e50", "e90"])
def test_the_errors_of_calibration_are_those_of_survivaleval(
    model: str, name: str, distinct: Outcome
) -> None:
    [measure] = [each for each in measures() if each.name == name]
    risk, days = five_year_risks()[model], np.array([DAY])
    found = measure.compute(Predicted(risk[:, None], days, days, distinct, distinct))
    assert found == pytest.approx([ERRORS[model][name]], abs=SAME)


@pytest.mark.parametrize("model", CURVES)
def test_the_curve_is_that_of_survivaleval(model: str, distinct: Outcome) -> None:
    found = calibration_curve(five_year_risks()[model], distinct, DAY)(list(CURVES[model]))
    assert found == pytest.approx(list(CURVES[model].values()), abs=SAME)
