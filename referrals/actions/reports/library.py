"""The practice's articles: PDFs about no patient, enclosed again and again."""

from django.db import IntegrityError, transaction

from referralcrm.audit.actions import record
from referralcrm.core.content import PDF, recognised
from referralcrm.core.refused import Refused
from referralcrm.practice import files
from referrals.models import Article
from referrals.states import PAPER_BYTES


@transaction.atomic
def add_article(*, by, name, file):
    """Keep an uploaded PDF in the library. Raises Refused for anything else and a title that is taken."""
    content = recognised(file)
    if content != PDF:
        raise Refused("Articles are PDFs. Save it as PDF first.", field="file")
    stored = files.put(file, name=file.name, content_type=content.type, limit=PAPER_BYTES)
    try:
        with transaction.atomic():
            article = Article.objects.create(name=name, file=stored, added_by=by)
    except IntegrityError as error:
        raise Refused("There is already an article with this title.", field="name") from error
    record("added", by=by, subject=article)
    return article


def article_of(article) -> bytes:
    """The whole PDF."""
    return b"".join(files.read(article.file))
