"""What no eye checks on every page: contrast, markup a strict CSP takes, the product's words, a bare 500."""

import re
from itertools import product
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string

STATIC = settings.BASE_DIR / "static"
TEMPLATES = sorted(path for path in (settings.BASE_DIR / "templates").rglob("*.html"))

ON_GROUND = [*product(["ink", "ink-2", "ink-3", "accent"], ["paper", "surface", "sunken"])]
ON_TINT = [
    *product(["ink"], ["accent-soft", "good-soft", "soon-soft", "late-soft"]),
    ("accent", "accent-soft"),
    ("received", "received-soft"),
    ("sent", "sent-soft"),
    ("good", "good-soft"),
    ("soon", "soon-soft"),
    ("late", "late-soft"),
    ("late", "surface"),
    ("soon", "surface"),
]
ON_FILL = [*product(["accent-ink"], ["accent", "accent-strong", "received", "sent"])]
OUTLINES = [*product(["edge"], ["paper", "surface", "sunken"]), ("received", "surface"), ("sent", "surface")]

UNSAID = re.compile(
    r"\b(leads?|targets?|pipelines?|conversions?|owed|nurture list|in doubt|watch list"
    r"|scores?|ratios?|ranks?|ranking)\b",
    re.IGNORECASE,
)


def tokens(scheme):
    """Token name to colour, of the light or the dark scheme."""
    light, rest = (STATIC / "css/tokens.css").read_text().split("@media (prefers-color-scheme: dark)")
    dark = rest.split("@media")[0]
    named = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", light))
    return named | dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", dark)) if scheme == "dark" else named


def contrast(one, other):
    """The contrast of two colours as WCAG 2.2 defines it, 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour):
    shares = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def words(path: Path) -> str:
    """What a template may put on the screen: without comments, template tags and markup."""
    return re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}|<[^>]*>", " ", path.read_text(), flags=re.DOTALL)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("text, ground", ON_GROUND + ON_TINT + ON_FILL)
def test_text_is_read_easily(scheme, text, ground):
    named = tokens(scheme)
    assert contrast(named[text], named[ground]) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("line, ground", OUTLINES)
def test_fields_and_bars_stand_out(scheme, line, ground):
    named = tokens(scheme)
    assert contrast(named[line], named[ground]) >= 3


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_a_template_needs_no_inline_style_or_script(path):
    markup = re.sub(r"{#.*?#}|{%.*?%}", "", path.read_text(), flags=re.DOTALL)
    assert not re.findall(r"<style|<script(?![^>]*\ssrc=)|\sstyle=|\son[a-z]+=|\shx-on|javascript:", markup)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_a_template_uses_the_words_of_the_product(path):
    assert not UNSAID.findall(words(path))


def test_the_page_for_our_mistakes_needs_nothing_that_may_be_down():
    page = render_to_string("errors/500.html")

    assert "was not saved" in page
    assert "Traceback" not in page
