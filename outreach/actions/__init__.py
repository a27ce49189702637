"""Every write of how we stay in touch, by concept: rules, messages, touchpoints, tasks, the week."""
