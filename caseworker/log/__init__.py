"""The log: what happened, by whom and when; append-only, chained, the truth of every case.

kinds.py         every kind of event by its name in the log, read and written
case_events.py   what can happen to a case: a frozen class a kind
vault_events.py  what can happen to the vault as a whole
members.py       how a member of an event stands in its JSON
chain.py         adding an event, reading, and proving that nothing was altered
rows.py          the rows of the log
texts.py         what people wrote, named by the log and deletable
"""
