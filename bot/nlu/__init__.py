"""Rasa components that understand a message: clauses, sentence vectors, intents, entities and answers to an open question.

Each component is a thin Rasa shell around plain functions, so that the command line and the evaluation use the same code.
"""
