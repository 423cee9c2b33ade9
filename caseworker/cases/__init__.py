"""Cases, as the log of events tells them.

states.py           what stands out of a case
written_replies.py  what was written to a source, and how far it has come
folding.py          a case, folded from its own events: one table from kind to effect
lists.py            what is asked of all cases, answered from rows that are folded from the log
rows.py             those rows
"""
