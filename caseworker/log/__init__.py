"""The log: what happened, by whom and when; append-only, chained, the truth of every case.

kinds.py    what can happen: a frozen class a kind of event
members.py  how a member of an event stands in its JSON
chain.py    adding an event, reading, and proving that nothing was altered
rows.py     the rows of the log
texts.py    what people wrote, named by the log and deletable
"""
