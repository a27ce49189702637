"""The columns of the sheets people bring: which there are, which is which, and what a cell means."""

from referralcrm.exchange.columns.dates import DAY_FIRST, MONTH_FIRST
from referralcrm.exchange.columns.fields import Content, Field, Sheet
from referralcrm.exchange.columns.guessing import guess, is_known_header
from referralcrm.exchange.columns.rows import Finding, Reader, Row, date_orders
from referralcrm.exchange.columns.sheets import CONTACTS, PARTNERS, REFERRALS, SHEETS

__all__ = [
    "CONTACTS",
    "DAY_FIRST",
    "MONTH_FIRST",
    "PARTNERS",
    "REFERRALS",
    "SHEETS",
    "Content",
    "Field",
    "Sheet",
    "Finding",
    "Reader",
    "Row",
    "date_orders",
    "guess",
    "is_known_header",
]
