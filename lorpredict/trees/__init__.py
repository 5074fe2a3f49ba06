"""The arrays of any fitted survival tree ensemble, which predicts and is explained from them."""

from lorpredict.trees._ensemble import TreeEnsemble

__all__ = ["TreeEnsemble"]
