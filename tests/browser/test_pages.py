"""Every page at two widths, light and dark: accessible, inside its policy, and not wider than the screen."""

import pytest

LOOKS = [
    pytest.param({"size": size, "scheme": scheme}, id=f"{size}-{scheme}")
    for size in ("wide", "narrow")
    for scheme in ("light", "dark")
]


@pytest.mark.parametrize("look", LOOKS)
def test_the_sign_in_page_is_well_made(visit, look):
    visitor = visit(**look)
    visitor.go("/practice/sign-in/")
    visitor.picture("sign-in")


@pytest.mark.parametrize("look", LOOKS)
def test_the_pages_of_an_empty_practice_are_well_made(visit, clinic, look):
    visitor = visit(clinic.charlie, **look)
    visitor.go("/")
    visitor.picture("today-empty")
