"""Twilio's SMS: signatures, webhooks in, messages out."""
