"""The lines of the settings page. An app above adds its own with ``add``."""

from dataclasses import dataclass

from referralcrm.practice.permissions import Permission


@dataclass(frozen=True)
class Section:
    """One line: where it leads, what stands there, and who may open it."""

    title: str
    why: str
    url_name: str
    permission: Permission


P = Permission
SECTIONS = [
    Section("Your practice", "Name, holidays and working hours", "practice:practice", P.MANAGE_PRACTICE),
    Section("People", "Who works here, and who is away", "practice:people", P.MANAGE_PEOPLE),
    Section("Roles", "Who may do what", "practice:roles", P.VIEW),
    Section("Trash", "What was deleted in the last 30 days, and the way back", "trash:index", P.VIEW),
]


def add(section: Section):
    """Add a line to the settings page."""
    SECTIONS.append(section)
