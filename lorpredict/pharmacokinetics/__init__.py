r"""Infliximab in a child's blood: published population models, and levels from doses.

    population_model -> kinetics (of each child) -> concentration (on each day)
                          \-> draw (children as they vary)
    DoseHistory -> forecast, by every model          MeasuredLevel -> estimate
                     \-> search_regimens                               |
                            (each of them better by what was measured) <+

Times are days since the first infusion, doses mg, levels mg/L, which is µg/mL. The models disagree
with one another and with measured levels: show the spread between them, and prefer a child's own
level where there is one (Kim 2025, doi:10.1002/psp4.70089). What is forecast, estimated or compared
is for research only, and says so.

>>> from lorpredict.pharmacokinetics import DoseHistory, forecast
>>> child = DoseHistory.of(infusion_days=[0, 14, 42], doses_mg=210, weight_kg=42, albumin_g_l=38)
>>> forecast(child, [98])["fasanmade-2011-paediatric"].typical.round(2)
array([2.62])
"""

from lorpredict.pharmacokinetics._compared import Regimen, RegimenSearch, TroughReached
from lorpredict.pharmacokinetics._doses import Rounding
from lorpredict.pharmacokinetics._estimates import Estimates, IndividualEstimate, estimate
from lorpredict.pharmacokinetics._forecast import Forecast, Forecasts, forecast
from lorpredict.pharmacokinetics._history import DoseHistory
from lorpredict.pharmacokinetics._infusions import concentration
from lorpredict.pharmacokinetics._kinetics import Kinetics
from lorpredict.pharmacokinetics._knowledge import (
    Candidates,
    research_only,
    usual_candidates,
)
from lorpredict.pharmacokinetics._levels import MeasuredLevel, dosing_record
from lorpredict.pharmacokinetics._population import (
    PopulationModel,
    population_model,
    population_models,
)
from lorpredict.pharmacokinetics._regimens import faults_of_regimens, search_regimens
from lorpredict.pharmacokinetics._typical import Power, TypicalValue

__all__ = [
    "Candidates",
    "DoseHistory",
    "Estimates",
    "Forecast",
    "Forecasts",
    "IndividualEstimate",
    "Kinetics",
    "MeasuredLevel",
    "PopulationModel",
    "Power",
    "Regimen",
    "RegimenSearch",
    "Rounding",
    "TroughReached",
    "TypicalValue",
    "concentration",
    "dosing_record",
    "estimate",
    "faults_of_regimens",
    "forecast",
    "population_model",
    "population_models",
    "research_only",
    "search_regimens",
    "usual_candidates",
]
