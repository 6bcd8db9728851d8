"""Conversations with the whole line, graded by the schedule, the texts sent and the queue afterwards. Folders are named by behaviour."""
