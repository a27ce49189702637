"""The pages of the referral log."""
