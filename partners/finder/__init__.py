"""Whom to refer to, by fit alone.

Nothing here knows what anybody sent us or we sent them, when we last met, or who is in which circle: the
import law keeps this room below referrals and outreach, and ``tests/partners/test_find.py`` holds it to it.

The order: who can be referred to before who cannot; then who meets more of what was asked for (a special
interest in it counts three, one in the same condition two, anything else one); then the nearer; then by name.
"""

from partners.finder.needs import Need, meaning_of
from partners.finder.ours import Ours, ourselves
from partners.finder.search import Found, find

__all__ = ["Found", "Need", "Ours", "find", "meaning_of", "ourselves"]
