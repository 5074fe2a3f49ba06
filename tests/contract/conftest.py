"""What holds for the contract tests."""

from __future__ import annotations

import pytest

from lorpredict import AtRisk, Development
from tests.contract.learnt import LearnOrReuse


@pytest.fixture
def learn(at_risk: AtRisk, development: Development) -> LearnOrReuse:
    return LearnOrReuse(at_risk, development)
