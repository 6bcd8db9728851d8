"""All actions, by importing the journeys: `rasa run actions --actions actions.registry`.

The SDK finds modules by walking packages with their bare names and takes `actions/scheduling` for the top-level package `scheduling`,
so it is given this plain module instead of the package.
"""

from __future__ import annotations

from actions import asking, asking_survey, check_ins, desk, facts, journey_form, misunderstood, person, talk

JOURNEYS = (asking, asking_survey, check_ins, desk, facts, misunderstood, person, talk, journey_form)
