"""Every change to who we are, by concept: founding, the practice, its lists, its people, their accounts."""

from referralcrm.practice.actions.founding import found

__all__ = ["found"]
