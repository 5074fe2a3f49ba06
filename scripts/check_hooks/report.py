"""Lines of the checker: one for each thing that was checked, and how many passed."""

from __future__ import annotations

from dataclasses import dataclass

# Number of what no row of CDS Hooks 2.0 asks for, and a hospital asks for all the same.
HOUSE = "house"


@dataclass
class Report:
    """Prints a line a check and counts them."""

    topic: str = ""
    passed: int = 0
    failed: int = 0

    def check(self, number: str, what: str, problem: str = "") -> None:
        """Tell what was checked; a problem in words makes it a failure."""
        if problem:
            self.failed += 1
        else:
            self.passed += 1
        verdict = f"FAILED, {problem}" if problem else "passed"
        topic = f"{self.topic}: " if self.topic else ""
        print(f"{number:>7}  {topic}{what}: {verdict}", flush=True)

    @property
    def summary(self) -> str:
        return f"{self.passed} passed, {self.failed} failed"
