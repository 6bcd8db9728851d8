"""One module for each thing that a patient arranges about visits; `actions.journey_form` decides whose turn it is.

Each has `advance(step)`, which takes the message one step further and returns the slot that it asked for, or None when it is done.
"""
