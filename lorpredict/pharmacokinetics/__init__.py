r"""Infliximab in a child's blood: published population models, and levels from doses.

    population_model -> kinetics (of each child) -> concentration (on each day)
                          \-> draw (children as they vary)

Times are days since the first infusion, doses mg, levels mg/L, which is µg/mL. The models disagree
with one another and with measured levels: show the spread between them, and prefer a child's own
level where there is one (Kim 2025, doi:10.1002/psp4.70089).

>>> from lorpredict.pharmacokinetics import concentration, population_model
>>> child = population_model().kinetics(weight_kg=42.0, albumin_g_l=38.0)
>>> concentration(child, 98, infusion_days=[0, 14, 42], doses_mg=210.0).round(2)
array([[2.62]])
"""

from lorpredict.pharmacokinetics._infusions import concentration
from lorpredict.pharmacokinetics._kinetics import Kinetics
from lorpredict.pharmacokinetics._population import (
    PopulationModel,
    population_model,
    population_models,
)
from lorpredict.pharmacokinetics._typical import Power, TypicalValue

__all__ = [
    "Kinetics",
    "PopulationModel",
    "Power",
    "TypicalValue",
    "concentration",
    "population_model",
    "population_models",
]
