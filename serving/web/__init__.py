"""The risk page: what a clinician sees, served by the same service at ``/``."""
