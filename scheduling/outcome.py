"""Errors as FHIR tells them: an HTTP status and an OperationOutcome.

    FhirError
    ├─ 400 bad_request        malformed JSON, headers, search parameters, Bundles
    ├─ 404 not_found          no such type or id            410 gone   deleted
    ├─ 405 not_allowed        the server does not do this   406 / 415 media types
    ├─ 409 conflict           a slot is taken or held, a resource is still referred to
    ├─ 412 precondition       stale or missing If-Match, several matches of If-None-Exist
    └─ 422 unprocessable      elements, codes, references or business rules

Codes are those of http://hl7.org/fhir/issue-type.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

Resource = dict[str, Any]


@dataclass(frozen=True)
class Issue:
    """One thing that is wrong: an issue-type code, a sentence, and where (a FHIRPath such as `Slot.start`)."""

    code: str
    text: str
    where: str = ""


class FhirError(Exception):
    """A request that is answered with `status` and an OperationOutcome of `issues`."""

    def __init__(self, status: int, issues: Sequence[Issue]) -> None:
        super().__init__(f"{status}: " + "; ".join(issue.text for issue in issues))
        self.status = status
        self.issues = tuple(issues)

    def within(self, where: str) -> FhirError:
        """Return the same error told of a part of a Bundle."""
        return FhirError(self.status, [replace(i, where=f"{where}.{i.where}" if i.where else where) for i in self.issues])


def bad_request(text: str, where: str = "", code: str = "invalid") -> FhirError:
    """The request cannot be understood."""
    return FhirError(400, [Issue(code, text, where)])


def not_found(text: str) -> FhirError:
    """There never was such a thing."""
    return FhirError(404, [Issue("not-found", text)])


def gone(text: str) -> FhirError:
    """It was deleted."""
    return FhirError(410, [Issue("deleted", text)])


def not_allowed(text: str) -> FhirError:
    """This server does not offer that."""
    return FhirError(405, [Issue("not-supported", text)])


def conflict(text: str, where: str = "") -> FhirError:
    """The present state of the schedule does not allow it."""
    return FhirError(409, [Issue("conflict", text, where)])


def precondition(text: str, where: str = "") -> FhirError:
    """If-Match or If-None-Exist do not hold."""
    return FhirError(412, [Issue("conflict", text, where)])


def unprocessable(text: str, where: str = "", code: str = "business-rule") -> FhirError:
    """Well-formed, but against a rule."""
    return FhirError(422, [Issue(code, text, where)])


def outcome(issues: Sequence[Issue], severity: str = "error") -> Resource:
    """Return the OperationOutcome of `issues`."""
    return {"resourceType": "OperationOutcome", "issue": [_issue(issue, severity) for issue in issues]}


def _issue(issue: Issue, severity: str) -> Resource:
    told: Resource = {"severity": severity, "code": issue.code, "diagnostics": issue.text}
    if issue.where:
        told["expression"] = [issue.where]
    return told
