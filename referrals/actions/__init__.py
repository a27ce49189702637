"""Every write of the referral log, by concept: logging, correcting, patients, the journey, the reports."""

from referrals.actions.attachments import attach, contents
from referrals.actions.attachments import bring_back as bring_attachment_back
from referrals.actions.attachments import remove as remove_attachment
from referrals.actions.calls import log_call, put_off, take_call_back
from referrals.actions.correct import update
from referrals.actions.details import answer, ask, reopen
from referrals.actions.finish import finish
from referrals.actions.journey import move, redirect
from referrals.actions.log import log, receive, send
from referrals.actions.loop import confirm_report, record_report, take_report_back, waive_report
from referrals.actions.same_patient import merge_patients, say_two, suggest_again, unmerge_patients
from referrals.actions.trash import delete, has_come_to_something, restore
from referrals.actions.undo import take_logging_back, take_step_back

__all__ = [
    "answer",
    "ask",
    "attach",
    "bring_attachment_back",
    "confirm_report",
    "contents",
    "delete",
    "has_come_to_something",
    "finish",
    "log",
    "log_call",
    "merge_patients",
    "move",
    "put_off",
    "receive",
    "record_report",
    "redirect",
    "remove_attachment",
    "reopen",
    "restore",
    "say_two",
    "send",
    "suggest_again",
    "take_call_back",
    "take_logging_back",
    "take_report_back",
    "take_step_back",
    "unmerge_patients",
    "update",
    "waive_report",
]
