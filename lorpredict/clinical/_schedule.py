"""The infusions before week 14, as they are planned."""

# Weeks 0, 2 and 6 (Beijing 2025, doi:10.21037/tp-2025-344), in days since the first infusion.
INDUCTION_DAYS = (0.0, 14.0, 42.0)
