"""What a file is, by its content and never by its name."""

from referralcrm.exchange.tables.unreadable import SAVE_AS, Unreadable

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # the container of old Office files, and of encrypted new ones
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
CHUNK = 1 << 18
OTHERS = {
    b"%PDF": "a PDF",
    b"\x89PNG": "an image",
    b"\xff\xd8\xff": "an image",
    b"GIF8": "an image",
    b"II*\0": "an image",
    b"MM\0*": "an image",
    b"BM": "an image",
    b"RIFF": "an image or a sound",
    b"\x1f\x8b": "a packed file",
    b"BZh": "a packed file",
    b"\xfd7zXZ": "a packed file",
    b"7z\xbc\xaf": "a packed file",
    b"Rar!": "a packed file",
    b"SQLite format 3": "a database",
    b"\x00\x01\x00\x00Standard": "an Access database",
    b"{\\rtf": "a text document",
    b"\x7fELF": "a program",
    b"MZ\x90": "a program",
    b"BEGIN:VCARD": "an address card (vCard)",
    b"BEGIN:VCALENDAR": "a calendar",
}
PAGES = (b"<html", b"<!doctype", b"<table", b"<?xml", b"<head", b"<meta", b"<svg")


def is_workbook(file, name: str) -> bool:
    """Whether this is an archive, as every XLSX is. Raises Unreadable for what is known to be neither."""
    head = _head(file)
    if not head:
        raise Unreadable("The file is empty.")
    if head.startswith(OLE):
        raise Unreadable(_why_not_ole(file))
    if name.lower().endswith(".xlsx") and not head.startswith(b"PK"):
        raise Unreadable(f"The file is called .xlsx but is no Excel workbook, or it is damaged. {SAVE_AS}")
    return head.startswith(b"PK")


def refuse_other_kinds(file) -> None:
    """Raises Unreadable when the content says that this is no table of text."""
    head = _head(file)
    for beginning, kind in OTHERS.items():
        if head.startswith(beginning) and not (beginning == b"BM" and b"\0" not in head):
            raise Unreadable(f"This is {kind}, not a spreadsheet. {SAVE_AS}")
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().lower().startswith(PAGES):
        raise Unreadable(f"This is a web page or XML, even if its name says otherwise. {SAVE_AS}")


def _head(file):
    file.seek(0)
    return file.read(1024)


def _why_not_ole(file):
    file.seek(0)
    before = b""
    while chunk := file.read(CHUNK):
        if ENCRYPTED in before + chunk:
            return "The workbook is protected by a password. Take the password off, and save it again."
        before = chunk[-len(ENCRYPTED) :]
    return f"This is an Excel file of the old kind (.xls), whatever its name says. {SAVE_AS}"
