"""Finds what is wrong with an installation: each check asks one thing for real and answers in a sentence, with what to do about it.

`findings` says what an answer is; `local` looks at this machine and its stores, `remote` at addresses, over HTTP that comes in
through `remote.Fetch`.
"""
