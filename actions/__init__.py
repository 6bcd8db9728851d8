"""Rasa custom actions: what the line does in the clinic's systems, one module per patient journey.

Every action looks things up through `actions.context` and speaks through named responses; the words stand in `domain.yml` and
`data/responses/`. No action chooses what to do by intent: rules, forms and slots do.
"""
