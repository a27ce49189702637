"""What people send about how we stay in touch, one submission each."""
