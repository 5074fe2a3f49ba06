"""What fails on a patient's record leaves no value in a log line."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from serving.errors import without_values
from serving.redaction import redact_logs

SECRET = "SECRETTEXT"


@pytest.fixture
def redacted() -> Iterator[None]:
    before = logging.getLogRecordFactory()
    redact_logs()
    yield
    logging.setLogRecordFactory(before)


def _fail() -> None:
    raise ValueError(f"albumin is {SECRET}")


@pytest.mark.usefixtures("redacted")
def test_a_logged_exception_keeps_class_and_place_alone(caplog: pytest.LogCaptureFixture) -> None:
    try:
        _fail()
    except ValueError:
        logging.getLogger("bentoml.x").exception("Exception on %s", "/predict")

    assert SECRET not in caplog.text
    assert "Exception on /predict: ValueError at test_redaction.py:" in caplog.text


@pytest.mark.usefixtures("redacted")
def test_an_exception_as_message_or_argument_keeps_its_class_alone(
    caplog: pytest.LogCaptureFixture,
) -> None:
    logging.getLogger("x").error("failed: %s", ValueError(SECRET))
    logging.getLogger("x").error(ValueError(SECRET))

    assert SECRET not in caplog.text
    assert caplog.text.count("ValueError at an unknown place") == 2


@pytest.mark.usefixtures("redacted")
def test_other_log_lines_stay_as_they_are(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("x").error("%s of %d", "one", 2)

    assert "one of 2" in caplog.text


def test_an_error_is_told_by_class_and_place() -> None:
    with pytest.raises(ValueError, match=SECRET) as failure:
        _fail()

    assert without_values(failure.value).startswith("ValueError at test_redaction.py:")
