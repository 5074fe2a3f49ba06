"""The analysis of Beijing 2025, done once more on the children of any cohort."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from lorpredict.cohort import Cohort
from lorpredict.design import ModelDesign
from lorpredict.study._description import Flow
from lorpredict.study.published import _hiding, _tables
from lorpredict.study.published._beside import beside_the_paper
from lorpredict.study.published._characteristics import Line, table_one
from lorpredict.study.published._children import Children, children_of
from lorpredict.study.published._codings import Coding, codings
from lorpredict.study.published._comparisons import Comparison, Shape, shapes, table_two
from lorpredict.study.published._cox import TableThree, table_three
from lorpredict.study.published._curves import PANELS, Curve, Panel, curve_of_all, panel
from lorpredict.study.published._lifelines import refuse_without_lifelines
from lorpredict.study.published._treated import Optimisation, Trough, optimisation, trough

if TYPE_CHECKING:
    from matplotlib.figure import Figure

USUAL_SMALLEST_CELL = 5


@dataclass(frozen=True)
class PublishedAnalysis:
    """Figures and tables of the paper, made of one cohort, and what its choices cost.

    Parameters
    ----------
    cohort, sha256
        Name and hash of the checked table.
    synthetic, wholly_synthetic
        Whether any row is not a real child, and whether none is one.
    sites
        Number of hospitals; they are analysed together.
    flow
        Figure 1: who was left out, and how the others ended.
    table_one
        Table 1, line by line.
    curve
        Figure 2: loss of response since the first infusion.
    table_two, table_three
        Tables 2 and 3.
    panels
        Figure 3: A by immunomodulator, B by remission.
    trough, optimisation
        The trough at week 14, and who was intensified because it was low.
    codings
        What the coding of the immunomodulator does to its hazard ratio.
    shapes
        What the cuts of Table 2 throw away.
    smallest_cell
        Smallest count that is told; 0 where every count is.
    """

    cohort: str
    sha256: str
    synthetic: bool
    wholly_synthetic: bool
    sites: int
    flow: Flow
    table_one: tuple[Line, ...]
    curve: Curve
    table_two: tuple[Comparison, ...]
    table_three: TableThree
    panels: tuple[Panel, ...]
    trough: Trough
    optimisation: Optimisation
    codings: tuple[Coding, ...]
    shapes: tuple[Shape, ...]
    children: Children = field(repr=False)
    smallest_cell: int = 0

    @property
    def events(self) -> int:
        """Children who lost response."""
        return int(self.children.lost.sum())

    @property
    def candidates(self) -> int:
        """Characteristics that were tried, one at a time."""
        return len(self.table_two)

    @property
    def events_per_candidate(self) -> float:
        """Losses of response for each characteristic that was tried."""
        return self.events / self.candidates

    def to_be_told(self, smallest_cell: int = USUAL_SMALLEST_CELL) -> PublishedAnalysis:
        """Return what may leave the hospital: all of it only if no child is real.

        Parameters
        ----------
        smallest_cell
            Counts below it are hidden; 0 hides none.

        Raises
        ------
        DesignError, TooLittleData
            As :meth:`without_small_counts`.
        """
        if not smallest_cell or self.wholly_synthetic:
            return self
        return self.without_small_counts(smallest_cell)

    def without_small_counts(self, smallest: int) -> PublishedAnalysis:
        """Hide counts below ``smallest``, and what they could be computed from.

        A row, a coding or a model is told whole or not at all: where one of its cells is small, or
        its total differs by so few from another that is told, no number of it is. Zero is told.

        Raises
        ------
        DesignError
            If ``smallest`` would hide nothing, or the analysis hides counts already.
        TooLittleData
            If so few children lost response, or did not, that nothing can be told of it.
        """
        return _hiding.hidden(self, smallest)

    def beside_the_paper(self) -> pd.DataFrame:
        """Published, ours, difference: one row for every figure that the paper prints."""
        return beside_the_paper(self)

    def tables(self) -> dict[str, pd.DataFrame]:
        """Tables by name; none has a row for a single child."""
        return _tables.tables(self)

    def metrics(self) -> dict[str, float]:
        """Figures by name that a tracking store keeps."""
        return _tables.metrics(self)

    def lines(self) -> list[str]:
        """What a person reads of it before any table."""
        return _tables.lines(self)

    def figures(self) -> dict[str, Figure]:
        """Pictures by name: Figure 2, the panels of Figure 3, the four codings."""
        from lorpredict.study.published import figures

        drawn = {"loss_of_response": figures.loss_of_response(self)}
        drawn |= {f"by_{each.key}": figures.by_group(self, each) for each in self.panels}
        return drawn | {"codings": figures.codings(self)}

    def __repr__(self) -> str:
        return f"PublishedAnalysis({self.cohort!r}, {self.flow.at_risk} children)"


def published_analysis(cohort: Cohort, *, design: ModelDesign | None = None) -> PublishedAnalysis:
    """Do the analysis of Beijing 2025 on the children of a cohort, and say what its choices cost.

    Every figure and table of the paper is made anew: flow, Table 1, loss of response by
    Kaplan-Meier, the 21 comparisons, the Cox model, the stratified curves, the trough. Time counts
    from the first infusion, as in the paper; nobody who is analysed can lose response before
    week 14. A column that is lacking, or a group that is empty, costs the rows that need it, and
    they say so; a child with a missing value is left out of that row alone, and counted.

    Parameters
    ----------
    cohort
        Read and checked.
    design
        Says what the event is, which ends compete and where the landmark lies; its predictors are
        not looked at. By default secondary loss of response at week 14.

    Returns
    -------
    PublishedAnalysis
        With every count; :meth:`PublishedAnalysis.to_be_told` hides the small ones.

    Raises
    ------
    NotInstalled
        If lifelines is not installed.
    TooLittleData
        If nobody is at risk at the landmark.

    References
    ----------
    doi:10.21037/tp-2025-344. lifelines (Davidson-Pilon 2019) fits curves, tests and Cox models,
    with Efron's ties.

    Examples
    --------
    >>> from lorpredict.synthetic import reconstructed_cohort
    >>> analysis = published_analysis(reconstructed_cohort())
    >>> analysis
    PublishedAnalysis('beijing-reconstructed', 69 children)
    >>> drug = analysis.table_two[-1]
    >>> drug.lost, drug.not_lost, round(drug.statistic, 2)
    ((5, 13), (25, 26), 4.39)
    >>> for coding in analysis.codings[:2]:
    ...     print(coding.way, coding.effect.told)
    published 0.34 (0.12 to 0.97)
    week 14 0.66 (0.26 to 1.69)
    """
    refuse_without_lifelines()
    children = children_of(cohort, design)
    compared = table_two(children)
    synthetic = cohort.table.get("synthetic")
    return PublishedAnalysis(
        cohort=cohort.name,
        sha256=cohort.sha256,
        synthetic=cohort.is_synthetic,
        wholly_synthetic=synthetic is not None and bool(synthetic.fillna(False).all()),
        sites=_sites(cohort),
        flow=Flow.of(children.flow),
        table_one=table_one(children),
        curve=curve_of_all(children),
        table_two=compared,
        table_three=table_three(children),
        panels=tuple(panel(children, key) for key in PANELS),
        trough=trough(children),
        optimisation=optimisation(children),
        codings=codings(children),
        shapes=shapes(children, compared),
        children=children,
    )


def _sites(cohort: Cohort) -> int:
    return int(cohort.table["site"].nunique()) if "site" in cohort.table else 0
