"""Every write of the referral log, by concept: logging, correcting, patients, the journey, the reports."""

from referrals.actions import reports
from referrals.actions.answering import acknowledge, take_acknowledgement_back
from referrals.actions.arrivals import take_in
from referrals.actions.attachments import attach, contents
from referrals.actions.attachments import bring_back as bring_attachment_back
from referrals.actions.attachments import remove as remove_attachment
from referrals.actions.calls import log_call, put_off, take_call_back
from referrals.actions.care_team import (
    add_clinician,
    bring_clinician_back,
    remove_clinician,
    say_none,
    team_of,
)
from referrals.actions.correct import update
from referrals.actions.details import answer, ask, reopen
from referrals.actions.enclosures import enclose, tick
from referrals.actions.enclosures import put as put_enclosure
from referrals.actions.experiences import (
    answer_flag,
    change_experience,
    delete_experience,
    delete_flag,
    note_experience,
    raise_flag,
    reopen_flag,
    restore_experience,
    restore_flag,
)
from referrals.actions.finish import finish
from referrals.actions.journey import move, redirect
from referrals.actions.log import log, receive, send
from referrals.actions.loop import (
    confirm_report,
    count_reminder,
    record_report,
    take_report_back,
    unconfirm_report,
    waive_report,
)
from referrals.actions.offers import name_more, say_choice, unname
from referrals.actions.same_patient import merge_patients, say_two, suggest_again, unmerge_patients
from referrals.actions.stories import bring_back as bring_story_back
from referrals.actions.stories import remove as remove_story
from referrals.actions.stories import retell, tell
from referrals.actions.trash import delete, has_come_to_something, restore
from referrals.actions.undo import take_logging_back, take_step_back
from referrals.actions.visits import count_visits, expect_back

__all__ = [
    "acknowledge",
    "count_reminder",
    "count_visits",
    "expect_back",
    "take_acknowledgement_back",
    "add_clinician",
    "answer",
    "answer_flag",
    "ask",
    "attach",
    "bring_attachment_back",
    "bring_clinician_back",
    "bring_story_back",
    "change_experience",
    "confirm_report",
    "contents",
    "delete",
    "delete_experience",
    "delete_flag",
    "enclose",
    "finish",
    "has_come_to_something",
    "log",
    "log_call",
    "merge_patients",
    "move",
    "name_more",
    "note_experience",
    "put_enclosure",
    "put_off",
    "raise_flag",
    "receive",
    "record_report",
    "redirect",
    "remove_attachment",
    "remove_clinician",
    "remove_story",
    "reopen",
    "reopen_flag",
    "reports",
    "restore",
    "restore_experience",
    "restore_flag",
    "retell",
    "say_choice",
    "say_none",
    "say_two",
    "send",
    "suggest_again",
    "take_call_back",
    "take_in",
    "take_logging_back",
    "take_report_back",
    "take_step_back",
    "team_of",
    "tell",
    "tick",
    "unconfirm_report",
    "unname",
    "unmerge_patients",
    "update",
    "waive_report",
]
