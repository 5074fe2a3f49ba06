"""A black-box checker of CDS Hooks 2.0 services; ``python -m scripts.check_hooks https://host``."""
