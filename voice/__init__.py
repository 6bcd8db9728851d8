"""A telephone call: media-stream codec, end of turn, silence, interruption, keypad. Its parts stand; no call is answered yet.

Everything here is told the time, in whole milliseconds of the call, by its caller: nothing waits, nothing looks at a clock.
"""
