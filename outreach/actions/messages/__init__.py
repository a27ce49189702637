"""Every write of the outbox, by concept.

``thanks``: from a fact to its place, and ``schedule``: when it leaves. ``recipients``: when the one it
goes to changes. ``verdict``: may it leave now. ``send``: the fenced sending. ``sweep``: after a dead
worker. ``answers``: what people decide. ``people``: mail to our own. ``restore``: after a backup.
"""
