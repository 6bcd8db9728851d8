"""The SQL store. Importing the package declares the whole schema, so that `metadata` is never half of it."""

from bot.store import patient_tables, tables

__all__ = ["patient_tables", "tables"]
