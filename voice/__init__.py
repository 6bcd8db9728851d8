"""A telephone call: media-stream codec, end of turn, silence, interruption, keypad, and what is said aloud. No call is answered yet.

The codec and the timing are told the time, in whole milliseconds of the call, by their caller: they wait for nothing.
"""
