"""Rasa's one turn endpoint, and the client that the worker and the voice room use.

`client` and `protocol` know nothing of Rasa; the other modules run inside Rasa's server:

    channel         the HTTP endpoint, named in credentials.yml
    turns           one turn, from the tracker and back to it
    history         what a tracker's events say: a known message, what is awaited, what a long history is shortened to
    output          Rasa's replies as lines
    patient_text    no command reaches Rasa inside a patient's text
    action_server   calls to the action server that cannot fail quietly
    tracker_store   trackers in SQL, named in endpoints.yml
    preparation     puts these in place of Rasa's own parts when the server starts
    server          the Rasa process
"""
