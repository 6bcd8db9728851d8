"""What a check found."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One answer. `remedy` says what to do and is empty exactly when all is well; a `warning` needs a look but stops nothing."""

    subject: str
    sentence: str
    remedy: str = ""
    warning: bool = False

    @property
    def is_failure(self) -> bool:
        """Whether the line does not work like this."""
        return bool(self.remedy) and not self.warning

    @property
    def mark(self) -> str:
        """`ok`, `look` or `FAIL`."""
        if not self.remedy:
            return "ok"
        return "look" if self.warning else "FAIL"


Check = Callable[[], Awaitable[Sequence[Finding]]]


def report(findings: Sequence[Finding]) -> str:
    """Return the findings as lines for a person, and how many failed."""
    lines = []
    for finding in findings:
        lines.append(f"{finding.mark:4}  {finding.subject}: {finding.sentence}")
        if finding.remedy:
            lines.append(f"      → {finding.remedy}")
    failed = sum(finding.is_failure for finding in findings)
    lines.append("")
    lines.append("All is well." if not failed else f"{failed} of {len(findings)} checks failed.")
    return "\n".join(lines)
