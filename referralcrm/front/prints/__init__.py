"""What people take along on paper: the day, a partner's card, thank-you cards, envelopes, labels."""
