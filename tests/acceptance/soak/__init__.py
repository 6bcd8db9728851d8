"""The soak: conversations under SIGKILL and a lossy schedule, and the five zeros that must hold afterwards.

    play      patients text the line as Twilio would carry them   (`patients`, `talk`, `inbound`, `ear`, `phrasebook`, `desk`)
    harm      another process kills, a proxy loses, the carrier stumbles   (`killer`, `twilio`, tests/support/lossy)
    judge     what the store, the carrier and the schedule hold at the end   (`evidence`, `judge`, `report`)

`python -m tests.acceptance.soak` runs it on SQLite with the embedded Redis, then on PostgreSQL with a Redis of its own.
"""
