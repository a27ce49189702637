"""Pages of how we stay in touch: messages, rules, the local inbox."""
