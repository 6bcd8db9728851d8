"""A telephone call: media-stream codec, endpointing, speech-to-text, text-to-speech, playback and keypad. Calls are not answered yet."""
