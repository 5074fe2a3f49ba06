"""The analysis of Beijing 2025 on any cohort; :mod:`lorpredict.study` lists what is promised."""
