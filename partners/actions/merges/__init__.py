"""Two rows for one: merging them and taking them apart again (docs/adr/0011-merge.md).

``journal``: what is remembered. ``fields``: side by side, and which value stays. ``partners`` and
``organisations``: the two acts for each. ``rows``: what of this app moves. ``late``: what came late.
"""

from partners.actions.merges.fields import differences, fullness
from partners.actions.merges.organisations import merge_organisations, unmerge_organisations
from partners.actions.merges.partners import merge_partners, unmerge_partners

__all__ = [
    "differences",
    "fullness",
    "merge_organisations",
    "merge_partners",
    "unmerge_organisations",
    "unmerge_partners",
]
