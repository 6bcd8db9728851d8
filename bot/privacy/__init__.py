"""What is kept of patients and for how long: export and erasure of one, and retention for all. docs/privacy.md tells it to the clinic.

whose.py       which conversations, and which part of a shared one, are a patient's
holdings.py    every row of the store that is a patient's; export and erasure both take exactly these
export.py      one readable JSON document
erase.py       removal, what stands in its way, and what stays behind
retention.py   what is past its days, cleared or blanked
daily.py       retention once a day
"""
