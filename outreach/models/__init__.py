"""How we stay in touch: rules, the outbox, touchpoints, tasks, and the runs of the automatic work."""

from outreach.models.automation import Cadence, Heartbeat, Run
from outreach.models.messages import Message, MessageCause, Rule
from outreach.models.origins import Origin
from outreach.models.tasks import Task
from outreach.models.touchpoints import Touchpoint

__all__ = ["Cadence", "Heartbeat", "Message", "MessageCause", "Origin", "Rule", "Run", "Task", "Touchpoint"]
