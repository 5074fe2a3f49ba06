"""Contributions of columns that belong together, summed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from lorpredict.errors import Fault, FaultsFound, did_you_mean
from lorpredict.survival import Floats

if TYPE_CHECKING:
    import shap


def grouped(explanation: shap.Explanation, groups: Mapping[str, Sequence[str]]) -> shap.Explanation:
    """Sum the contributions of columns that encode one predictor, such as its dummies.

    Contributions are additive, so nothing is lost but the detail: values still add up with
    ``base_values`` to the prediction.

    Parameters
    ----------
    explanation
        Of some rows, with ``feature_names``.
    groups
        Name of the group -> the columns that it sums; columns of no group stay.

    Returns
    -------
    shap.Explanation
        A group stands where its first column stood. Its ``data`` tell which of its dummies is 1,
        the first being 1, and 0 where none is; NaN where something was not measured, or the
        columns are no dummies.

    Raises
    ------
    FaultsFound
        If a column is not there, stands in two groups, or a group takes the name of another column.
    """
    import shap

    names = _names(explanation)
    _refuse_other_groups(names, groups)
    group_of = {column: group for group, columns in groups.items() for column in columns}
    told = list(dict.fromkeys(group_of.get(name, name) for name in names))
    place = np.array([told.index(group_of.get(name, name)) for name in names])
    rows = np.asarray(explanation.data, dtype=float)
    return shap.Explanation(
        np.stack([explanation.values[:, place == i].sum(axis=1) for i in range(len(told))], axis=1),
        explanation.base_values,
        np.stack([_which(rows[:, place == i]) for i in range(len(told))], axis=1),
        feature_names=told,
        output_names=explanation.output_names,
    )


def _which(columns: Floats) -> Floats:
    """Which of some dummies is 1, array of shape (n_rows,); a single column as it is."""
    if columns.shape[1] == 1:
        return columns[:, 0]
    measured = ~np.isnan(columns).any(axis=1)
    if not np.isin(columns[measured], (0, 1)).all():
        return np.full(len(columns), np.nan)
    chosen = np.where(columns.any(axis=1), columns.argmax(axis=1) + 1.0, 0.0)
    return np.where(measured, chosen, np.nan)


def _names(explanation: shap.Explanation) -> list[str]:
    """Names of the columns; refused where there are none, or a single row was cut out."""
    given = explanation.feature_names
    if given is None:
        hint = "Train the model on a DataFrame, or set explanation.feature_names"
        fault = Fault("feature_names", "the columns have no names", hint)
    elif np.ndim(explanation.data) != 2:
        shape = np.shape(explanation.values)
        hint = "Group first, then choose the row: grouped(explanation, groups)[0]"
        fault = Fault("values", f"a single row of shape {shape}, expected rows", hint)
    else:
        return [str(name) for name in given]
    raise FaultsFound([fault], subject="the explanation to be grouped")


def _refuse_other_groups(names: Sequence[str], groups: Mapping[str, Sequence[str]]) -> None:
    faults = list(_words_for_lists(groups)) or list(_faults_of_groups(names, groups))
    if faults:
        raise FaultsFound(faults, subject="the groups of columns")


def _words_for_lists(groups: Mapping[str, Sequence[str]]) -> Iterator[Fault]:
    for group, columns in groups.items():
        if isinstance(columns, str):
            hint = "Put it into a list: [column]"
            yield Fault(group, "a single name, expected a list of columns", hint)


def _faults_of_groups(names: Sequence[str], groups: Mapping[str, Sequence[str]]) -> Iterator[Fault]:
    times = Counter(column for columns in groups.values() for column in columns)
    for column, often in times.items():
        if column not in names:
            hint = did_you_mean(column, list(names))
            yield Fault(column, "not a column of the explanation", hint)
        if often > 1:
            yield Fault(column, "stands in the groups more than once")
    for group, columns in groups.items():
        if not columns:
            yield Fault(group, "a group without columns")
        elif group in names and group not in columns:
            yield Fault(group, "names a group and a column outside it")
