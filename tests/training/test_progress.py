"""Signals while a training runs."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading

import pytest

from training.progress import interrupts_as_exceptions, progress_bar, undisturbed

SIGNALS = (signal.SIGINT, signal.SIGTERM)


def answers() -> list[object]:
    return [signal.getsignal(number) for number in SIGNALS]


@pytest.mark.parametrize("first", SIGNALS)
@pytest.mark.parametrize("second", SIGNALS)
def test_the_first_signal_raises_and_the_second_does_not(
    first: signal.Signals, second: signal.Signals
) -> None:
    before, cleaned_up = answers(), []

    def work() -> None:
        try:
            signal.raise_signal(first)
        finally:
            signal.raise_signal(second)
            cleaned_up.append(True)

    with pytest.raises(KeyboardInterrupt), interrupts_as_exceptions():
        work()
    assert cleaned_up
    assert answers() == before


@pytest.mark.parametrize("number", SIGNALS)
def test_nothing_is_disturbed_and_later_signals_raise_again(number: signal.Signals) -> None:
    with interrupts_as_exceptions():
        with undisturbed():
            signal.raise_signal(number)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(number)


def test_a_signal_that_was_hidden_stays_hidden() -> None:
    """As ``nohup`` and ``&`` do."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with interrupts_as_exceptions():
            signal.raise_signal(signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_another_thread_leaves_signals_alone() -> None:
    seen: list[list[object]] = []

    def look() -> None:
        with interrupts_as_exceptions(), undisturbed():
            seen.append(answers())

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert seen == [answers()]


def test_no_bar_stands_before_a_refusal(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="refused"), progress_bar("fits"):
        raise ValueError("refused")
    assert capsys.readouterr().out == ""


def test_a_bar_tells_what_is_done_and_what_there_is_to_do(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with progress_bar("fits") as progress:
        progress(3, 25)
    assert "3/25" in capsys.readouterr().out


@pytest.mark.parametrize("script", ["main", "validate", "recalibrate"])
def test_a_script_imports_what_takes_seconds_where_an_interruption_is_answered(script: str) -> None:
    told = (
        f"import sys, training.{script}\n"
        "print([name for name in ('pandas', 'sklearn', 'sksurv', 'mlflow') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
