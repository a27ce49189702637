"""The process that sets one page: an order on stdin, a PDF on stdout. It knows nothing of the product.

Errors are not told, because a message of typst quotes the text of the page.
"""

import json
import resource
import sys
from importlib.util import find_spec
from pathlib import Path

import typst

CPU_SECONDS = 20
FONTS = ("manimgx_fonts", "manimgx_fonts_cjk")  # the second is there only where somebody installed it


def font_folders():
    """Where the packaged fonts lie; the system's own are left out, so that a page looks the same anywhere."""
    return [str(Path(spec.origin).parent) for spec in map(find_spec, FONTS) if spec]


def press(order):
    """The page as bytes. A letter that is in no font is allowed in a PDF, but not in PDF/A."""
    fixed = {
        "root": str(Path(order["template"]).parent),
        "font_paths": font_folders(),
        "ignore_system_fonts": True,
        "sys_inputs": {"data": order["data"]},
    }
    if order["form"] in {"png", "pages"}:
        pages = typst.compile(order["template"], format="png", ppi=110, **fixed)
        pages = pages if isinstance(pages, list) else [pages]
        return (
            pages[0]
            if order["form"] == "png"
            else b"".join(len(page).to_bytes(4, "big") + page for page in pages)
        )
    try:
        return typst.compile(order["template"], format="pdf", pdf_standards=order["standards"], **fixed)
    except typst.TypstError:
        return typst.compile(order["template"], format="pdf", **fixed)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    try:
        page = press(json.load(sys.stdin))
    except typst.TypstError:
        sys.exit(3)
    sys.stdout.buffer.write(page)
