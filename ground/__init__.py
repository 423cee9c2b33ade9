"""What every program of this house stands on. It knows no noun of the product.

It imports nothing of ours, and is imported by `intake` and `caseworker`, never by `crypto`.
"""
