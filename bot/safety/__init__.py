"""The safety screen: what a patient may write that the line must never answer by itself.

It runs on every message before anything else. What counts as a sign is data that a clinician signs (`data/safety/`); the code here only
finds it. Threat model: a missed emergency is the worst this system can do, so in doubt it escalates.
"""
