"""Tell what a model is, where it came from and how far it may be trusted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lorpredict.commands import _console, _options
from lorpredict.commands._console import emphasis, heading, items, table
from lorpredict.commands._model import AskedModel
from lorpredict.survival import in_months

if TYPE_CHECKING:
    from rich.console import RenderableType

    from lorpredict.packaged import ModelFacts, PackagedModel

_CARD = "card.md"


def model(
    model: _options.Model,
    card: Annotated[
        bool,
        typer.Option(
            "--card", help="Print the model card, as Markdown.", rich_help_panel=_options.ANSWER
        ),
    ] = False,
    as_json: _options.Json = False,
) -> None:
    """Tell what a model is: its stage and why, design, predictors, training, figures, fingerprint.

    The folder is refused if a single file of it has changed, or if it does not answer as it did
    when it was saved.

    For example:
      python -m lorpredict model model-folder
      python -m lorpredict model model-folder --card

    Exit codes:
      0  done
      2  wrong usage, no model folder, or a folder that is not what was saved
    """
    asked = AskedModel.load(model)
    if as_json:
        _console.answer("model", _content(asked))
    elif card:
        typer.echo(_card(asked.model), nl=False)
    else:
        _console.say(*_report(asked))


def _card(model: PackagedModel) -> str:
    from lorpredict.report import model_card

    return model.documents.get(_CARD) or model_card(model)


def _content(asked: AskedModel) -> dict[str, Any]:
    model, facts = asked.model, asked.facts
    plain = facts.to_dict()
    return {
        "model": asked.content(),
        "predictors": [
            {"key": each.key, "label": each.label, "unit": each.unit, "known": each.known.value}
            for each in facts.design.catalogue.columns(model.encoding.predictors)
        ],
        "horizons_days_since_first_infusion": _horizons(facts),
        "last_day_since_landmark": facts.follow_up_days_since_landmark,
        "training": plain["training"],
        "recalibrations": plain.get("recalibrations", []),
        "metrics": plain["metrics"],
        "card": _card(model),
    }


def _horizons(facts: ModelFacts) -> list[float]:
    horizons: list[float] = facts.horizons_since_first_infusion.tolist()
    return horizons


def _report(asked: AskedModel) -> Iterator[RenderableType]:
    model, facts = asked.model, asked.facts
    yield emphasis(asked.line)
    yield from (emphasis(text, "bold red") for text in asked.cautions())
    yield heading(f"Stage {facts.stage}, because")
    yield items(facts.reasons)
    yield heading("What it answers")
    yield table(["", ""], _answers(model))
    yield heading(f"Predictors ({len(model.encoding.predictors)})")
    yield from _predictors(model)
    yield heading("Training")
    yield table(["", ""], _training(facts))
    yield heading("Figures, on children the model had not seen")
    yield table(["", "estimate", "95 % interval"], _figures(facts), right="lrr")
    yield heading("Fingerprint of the folder")
    yield f"  {asked.fingerprint}"
    yield heading("SHA-256 of the training cohort, checked")
    yield f"  {facts.training.sha256}"


def _answers(model: PackagedModel) -> Iterator[list[str]]:
    facts, design = model.facts, model.facts.design
    yield ["  risk", "of secondary loss of response, if infliximab is continued as usual"]
    yield ["  by", f"{', '.join(map(in_months, _horizons(facts)))} after the first infusion"]
    yield ["  asked at", f"day {design.landmark_day:g}, of a child in response"]
    yield ["  last day", f"{facts.follow_up_days_since_landmark:.0f} days after that; none later"]
    yield ["  how sure", model.interval_method]
    yield ["  design", f"{design.name} (version {design.version})"]
    yield ["  catalogue", facts.catalogue_version]


def _predictors(model: PackagedModel) -> Iterator[RenderableType]:
    named = model.facts.design.catalogue.columns(model.encoding.predictors)
    if not named:
        yield "None: every child gets the same curve."
        return
    rows = [
        [f"  {each.key}", each.label, each.readable_unit, each.known.value.replace("_", " ")]
        for each in named
    ]
    yield table(["  column", "label", "unit", "known at"], rows)


def _training(facts: ModelFacts) -> Iterator[list[str]]:
    training = facts.training
    yield ["  cohort", training.cohort + (", synthetic" if training.synthetic else "")]
    yield ["  children", f"{training.children} at risk, {training.events} lost response"]
    if training.first_year:
        yield ["  first infusions", f"{training.first_year} to {training.last_year}"]
    if training.sites:
        yield ["  sites", str(training.sites)]
    yield ["  seed", str(training.seed)]
    yield ["  made by", f"lorpredict {facts.version}"]
    for again in facts.recalibrations:
        told = (
            f"{again.method}, on {again.cohort}: {again.children} children, {again.events} events"
        )
        yield ["  recalibrated", told]


def _figures(facts: ModelFacts) -> Iterator[list[str]]:
    for name, (value, interval) in facts.figures.items():
        yield [f"  {name}", f"{value:.3f}", interval]
