"""The rows of the database, a module a table or two. No other room reads or writes them.

Every function works in the transaction its caller has begun.
"""
