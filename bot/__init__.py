"""The runtime: settings, domain types, store, conversation ownership, turns, outbox, safety screen.

Knows no HTTP and no carrier format: carriers implement the protocols of `bot.types`.
"""
