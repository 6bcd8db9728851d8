"""The simulator at `/simulator`: a telephone to text the line with, beside the clinic's calendar. Demo mode only.

It has no way of its own into the line: a text goes through the signed webhook, an answer comes through the demo's carrier, and the
schedule is read over HTTP as any other system reads it. What it adds is a view (threads, calendar, desk, why an answer is as it is) and
the demo's levers (the clock, the scheduling system's outage).
"""
