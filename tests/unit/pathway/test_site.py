"""A site says otherwise in a file of its own, with a source, and without contradiction."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import tomli_w

from lorpredict.clinical import pathway_content
from lorpredict.errors import CatalogueError
from lorpredict.pathway import at_loss_of_response, default_pathway, pathway_from, pathway_of

AT_5 = {"trough": 5.0, "trough_unit": "ug/mL", "antibodies": "none"}
SEVEN = {"thresholds": {"window_low_ug_ml": {"value": 7, "source": "PANTS, Kennedy 2019"}}}


def refused(site: dict[str, Any]) -> str:
    with pytest.raises(CatalogueError) as error:
        pathway_of(site)
    return str(error.value)


def test_another_window_gives_another_mechanism_and_names_its_source(tmp_path: Path) -> None:
    file = tmp_path / "ours.toml"
    file.write_text(tomli_w.dumps(SEVEN), "utf-8")
    site = pathway_from(file)
    told = at_loss_of_response(AT_5, site)

    assert at_loss_of_response(AT_5).mechanism == "pharmacodynamic"
    assert told.mechanism == "pharmacokinetic"
    assert "PANTS, Kennedy 2019" in told.why[2]
    assert told.pathway == "ours.toml"
    assert site.window_high_ug_ml == default_pathway().window_high_ug_ml


def test_a_sites_own_assay_is_known_beside_ours() -> None:
    site = pathway_of({"assays": {"ours": {"label": "Our kit", "loq_ug_ml": 0.3, "source": "us"}}})

    assert [each.label for each in site.assays] == ["LC-MS/MS", "immunoassay", "Our kit"]
    assert at_loss_of_response({**AT_5, "trough_assay": "our kit"}, site).trough == "within"


def test_a_site_may_bring_its_own_table_and_options() -> None:
    rows = [dict(row) for row in pathway_content()["rows"]]
    rows[3] = {**rows[3], "options": ["ask-centre"], "source": "our board"}
    option = {"key": "ask-centre", "text": "The reference centre's view", "source": "our board"}
    told = at_loss_of_response(
        {**AT_5, "antibodies": "high"}, pathway_of({"rows": rows, "options": [option]})
    )

    assert [each.text for each in told.options] == ["The reference centre's view"]
    assert told.source == "our board"


def rows_without(key: str) -> list[dict[str, Any]]:
    return [row for row in pathway_content()["rows"] if row["key"] != key]


def changed_row(**fields: Any) -> dict[str, Any]:
    first, *others = pathway_content()["rows"]
    return {"rows": [{**first, **fields}, *others]}


LOW = {"value": 12, "source": "ours"}


@pytest.mark.parametrize(
    ("site", "told"),
    [
        ({"thresholds": {"window_low_ug_ml": LOW}}, "the window reaches from 12 to 9"),
        ({"thresholds": {"window_low_ug_ml": {"value": 7}}}, "window_low_ug_ml has no source"),
        ({"thresholds": {"window_low": LOW}}, "Did you mean window_low_ug_ml"),
        ({"thresholds": {"window_low_ug_ml": {"source": "ours"}}}, "needs a value"),
        ({"thresholds": 3}, "thresholds is no table"),
        ({"rows": {}}, "rows is no list"),
        ({"colour": {}}, "unknown table 'colour'"),
        ({"assays": {"kit": {"label": "Kit", "loq_ug_ml": 0.3}}}, "assays.kit has no source"),
        ({"assays": {"kit": {"label": "Kit", "loq_ug_ml": 400, "source": "x"}}}, "0.01 to 10"),
        ({"antibodies": {"unit": "AU/mL", "low_from": 10}}, "together"),
        ({"antibodies": {"unit": "AU/mL", "low_from": 90, "high_from": 10, "source": "x"}},
         "expected 0 < low_from <= high_from"),
        ({"rows": rows_without("trough-unknown")}, "trough unknown, antibodies negative, "
         "escalation not_failed stands in no row"),
        (changed_row(trough=["below", "within"]), "below-without-antibodies and "
         "within-without-antibodies; expected one"),
        (changed_row(source=" "), "below-without-antibodies has no source"),
        (changed_row(options=["more-drgu"]), "Did you mean more-drug?"),
        (changed_row(mechanism="psychic"), "unknown mechanism"),
        (changed_row(trough="below"), "trough is 'below'; expected a list"),
        (changed_row(example=3), "is misshapen"),
        (changed_row(disagreement=[3]), "is misshapen"),
        (changed_row(example={"trogh": 2}), "Did you mean trough?"),
        (changed_row(antibodies=["none"]), "unknown antibodies"),
        ({"options": [{"key": "x", "text": "y", "source": "z", "evidence": ["?"]}]},
         "unknown evidence"),
        ({"options": [{"key": "x", "text": "y"}]}, "options.x has no source"),
        ({"options": [{"text": "y"}]}, "an entry without a key"),
        ({"evidence": [{"key": "e", "topic": "t", "finding": "f", "population": "p",
                        "whom": "cats", "source": "s"}]}, "whom is 'cats'"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)  # fmt: skip
def test_a_contradictory_or_unsourced_file_is_refused(site: dict[str, Any], told: str) -> None:
    assert told in refused(site)


def test_all_that_is_wrong_is_told_at_once() -> None:
    told = refused({"thresholds": {"window_low": {}}, "assays": {"kit": {}}, "colour": 1})

    assert all(each in told for each in ("window_low", "assays.kit has no label", "colour"))


@pytest.mark.parametrize(("content", "told"), [("a = ", "is not TOML"), (None, "no pathway at")])
def test_a_file_that_cannot_be_read_is_named(
    tmp_path: Path, content: str | None, told: str
) -> None:
    file = tmp_path / "ours.toml"
    if content is not None:
        file.write_text(content, "utf-8")

    with pytest.raises(CatalogueError, match=told):
        pathway_from(file)
