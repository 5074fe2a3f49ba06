"""What is written from a packaged model, never by hand."""

from lorpredict.report._card import model_card

__all__ = ["model_card"]
