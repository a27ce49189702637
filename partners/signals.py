"""Facts about partners, sent inside the transaction that made them true."""

from django.dispatch import Signal

partner_ended = Signal()  # partner, by: moved, retired, died, or the relationship ended
partner_opted_out = Signal()  # partner, by
partner_resumed = Signal()  # partner, by: an ending or opt-out was taken back
next_step_done = Signal()  # partner, step, by: the next step planned with a partner was ticked off
