"""FHIR search: parameters, the index rows they are answered from, query parsing, SQL and pages."""
