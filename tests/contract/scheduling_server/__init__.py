"""The embedded scheduling server, over real HTTP."""
