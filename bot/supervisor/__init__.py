"""Keeps the processes of one machine running: `program` says what a process is, `keeper` keeps one alive, `supervisor` all in order.

Knows no room of this project: what to run comes in as `Program`s.
"""
