"""Who came and who did not, out of the practice's own appointment system, as a small file."""
