"""What crosses the air gap: bundles from vaults are taken in, bundles for vaults are written.

Nothing here can read what it carries. Whatever comes from outside is checked by its own signature
or hash, item by item; a bundle that is damaged as a whole changes nothing.
"""
