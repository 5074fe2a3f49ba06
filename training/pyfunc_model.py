"""The model as MLflow loads it: logged as a script, so that no class is pickled."""

from __future__ import annotations

from typing import Any

import pandas as pd
from mlflow.models import set_model
from mlflow.pyfunc.model import PythonModel, PythonModelContext

from lorpredict import PackagedModel


class LorpredictModel(PythonModel):
    """Risk of secondary loss of response for the rows of a DataFrame."""

    def load_context(self, context: PythonModelContext) -> None:
        """Load the model folder, which checks itself."""
        self.model = PackagedModel.load(context.artifacts["model"])

    def predict(
        self,
        context: PythonModelContext,
        model_input: pd.DataFrame,
        params: dict[str, Any] | None = None,
    ) -> pd.DataFrame:
        """One row a child: a risk for each horizon, what was missing, warnings, the stage."""
        prediction = self.model.predict(model_input)
        days = prediction.days_since_first_infusion
        risks = {
            f"risk_by_day_{day:g}_since_first_infusion": risk
            for day, risk in zip(days, prediction.risk.T, strict=True)
        }
        remarks = {
            "missing": ["; ".join(names) for names in prediction.missing],
            "warnings": ["; ".join(texts) for texts in prediction.warnings],
            "stage": self.model.facts.stage,
        }
        return pd.DataFrame({**risks, **remarks}, index=model_input.index)


set_model(LorpredictModel())
