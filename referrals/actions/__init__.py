"""Every write of the referral log, by concept: logging, correcting, patients, the journey, the reports."""

from referrals.actions.correct import update
from referrals.actions.journey import move, redirect
from referrals.actions.log import log, receive, send
from referrals.actions.loop import confirm_report, record_report, take_report_back, waive_report

__all__ = [
    "confirm_report",
    "log",
    "move",
    "receive",
    "record_report",
    "redirect",
    "send",
    "take_report_back",
    "update",
    "waive_report",
]
