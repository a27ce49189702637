"""Facts about referrals, sent inside the transaction that made them true."""

from django.dispatch import Signal

referral_received = Signal()  # referral, by: a received referral was requested (not a draft)
referral_sent = Signal()  # referral, by
referral_withdrawn = Signal()  # referral, by: entered in error, declined or redirected
referral_restored = Signal()  # referral, by: an entry in error was undone, or the referral reopened
