"""Whether settings are tuned, and why.

Below a hundred events the inner folds of a fold hold a dozen events each: which settings look best
there is chance, and the defaults were chosen to be safe with few events. From a hundred on, only
what is quick enough is tuned unasked: every fold and resample does all trials anew, a hundred fits
each time.
"""

from __future__ import annotations

from typing import Literal, get_args

from lorpredict.errors import DesignError, counted, did_you_mean
from lorpredict.evaluation._studies import WAY_OUT, optuna_is_there
from lorpredict.models import families

TuningMode = Literal["auto", "on", "off"]
TUNING_MODES: tuple[TuningMode, ...] = get_args(TuningMode)
Tuned = Literal["none", "some", "all"]
FEWEST_EVENTS = 100


def what_to_tune(mode: TuningMode, *, events: int, hurried: bool) -> tuple[Tuned, str]:
    """Decide which families are tuned, and say why in a sentence.

    Parameters
    ----------
    events
        Among all children at risk.
    hurried
        Whether things are only tried out.

    Raises
    ------
    DesignError
        If there is no such mode.
    """
    if mode not in TUNING_MODES:
        hint = did_you_mean(mode, TUNING_MODES)
        told = f"no tuning {mode!r}: expected one of {', '.join(TUNING_MODES)}. {hint}"
        raise DesignError(told.rstrip())
    if mode == "off":
        return "none", "settings as by default: tuning is off"
    if mode == "on":
        few = f"; {counted(events, 'event')} are few to tell settings apart"
        return "all", "tuned as asked" + (few if events < FEWEST_EVENTS else "")
    kept = _why_not(events, hurried)
    if kept:
        return "none", f"settings as by default: {kept}"
    return "some", (
        f"{counted(events, 'event')}, {FEWEST_EVENTS} or more: settings are tuned for "
        f"{_unasked()}; other families would take long, and are tuned with tuning on"
    )


def _why_not(events: int, hurried: bool) -> str:
    if events < FEWEST_EVENTS:
        told = f"{counted(events, 'event')}, fewer than {FEWEST_EVENTS}"
        return f"{told}; which settings look best would be chance"
    if hurried:
        return "a quick plan tunes nothing unasked"
    return "" if optuna_is_there() else f"Optuna, which would tune them, is absent: {WAY_OUT}"


def _unasked() -> str:
    return " and ".join(each.label for each in families().values() if each.tuned_unasked)
