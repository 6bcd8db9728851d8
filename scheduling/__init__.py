"""The embedded scheduling system: a small FHIR R4 server on aiohttp and SQLite, as strict as a real one.

It knows nothing of the line that uses it; whatever it offers, it offers over HTTP under `/fhir`. Arrows run one way:

    serve → app (HTTP) → service (interactions) → unit (one transaction) → rules (slots, bookings, holds)
                                    │                 │
                                    └→ search         └→ structure, references, indexing → database

* `r4.txt` / `structure`: which elements a resource may have. `searching/`: parameters, their index rows and their SQL.
* `rules`: one active booking per slot, appointment flow, holds; the invariants themselves are unique indexes in `database`.
* `demo*`: the demo clinic, which is written through the same HTTP interface.
"""
