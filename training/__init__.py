"""Training: one script for each entry point of MLproject; ``tracking`` alone speaks to MLflow."""
