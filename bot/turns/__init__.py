"""Turns from the patient's messages to the outbox: composing, screening, asking the dialogue, writing down what came of it."""
