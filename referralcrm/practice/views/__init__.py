"""Pages of the practice: one's account, the settings, the people."""
