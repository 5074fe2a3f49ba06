"""A model from elsewhere, judged on the children of this hospital before anybody relies on it."""

from lorpredict.validation._validate import Validation, validate

__all__ = ["Validation", "validate"]
