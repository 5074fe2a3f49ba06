"""What the source documents say when infliximab stops working: evidence, never an order.

    situation -> trough, antibodies, escalation -> one row of the table -> options with evidence

The table and all that it rests on is data, ``clinical/pathway.toml``; a site changes it in a file
of its own (:func:`pathway_from`). What cannot be meant is refused, all faults at once; what
contradicts itself or is not enough is answered as ``undetermined``, with what would decide it.

>>> from lorpredict.pathway import at_loss_of_response
>>> told = at_loss_of_response({"trough": 5.0, "trough_unit": "ug/mL", "antibodies": "negative"})
>>> told.mechanism, [position.source.split(",")[0] for position in told.disagreement]
('pharmacodynamic', ['Beijing 2025', 'Ungar 2019'])
"""

from lorpredict.pathway._answer import (
    EvidenceTold,
    OptionTold,
    PathwayAnswer,
    at_loss_of_response,
    evidence_told,
)
from lorpredict.pathway._faults import ANTIBODIES, ANTIBODY_ASSAYS, UNITS
from lorpredict.pathway._figures import Comparison, Figure, compared
from lorpredict.pathway._found import AXES
from lorpredict.pathway._intensification import (
    RemissionAt,
    RemissionByTrough,
    remission_by_trough,
    remission_families,
)
from lorpredict.pathway._remission_bands import RemissionBand, largest_trough, smallest_trough
from lorpredict.pathway._second_anti_tnf import BorrowedCurve, SecondAntiTnf, second_anti_tnf
from lorpredict.pathway._site import default_pathway, pathway_from, pathway_of
from lorpredict.pathway._situation import Situation
from lorpredict.pathway._table import (
    AntibodyClasses,
    Mechanism,
    Option,
    Pathway,
    Position,
    Row,
    Threshold,
)

__all__ = [
    "ANTIBODIES",
    "ANTIBODY_ASSAYS",
    "AXES",
    "UNITS",
    "AntibodyClasses",
    "BorrowedCurve",
    "Comparison",
    "EvidenceTold",
    "Figure",
    "Mechanism",
    "Option",
    "OptionTold",
    "Pathway",
    "PathwayAnswer",
    "Position",
    "RemissionAt",
    "RemissionBand",
    "RemissionByTrough",
    "Row",
    "SecondAntiTnf",
    "Situation",
    "Threshold",
    "at_loss_of_response",
    "compared",
    "default_pathway",
    "evidence_told",
    "largest_trough",
    "pathway_from",
    "pathway_of",
    "remission_by_trough",
    "remission_families",
    "second_anti_tnf",
    "smallest_trough",
]
