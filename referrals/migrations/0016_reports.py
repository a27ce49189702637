import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import referralcrm.core.keys
import referralcrm.core.sealed
import referralcrm.practice.scope
from referralcrm.core.wall import link, raise_wall

# What is final changes in three ways only: its obligation, its version, and the key that seals its words,
# the last while a referral is handed to another patient (referrals.actions.belonging says so first).
FREEZE = """
    CREATE FUNCTION referrals_report_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE loose text[] := ARRAY['obligation_id', 'version'];
    BEGIN
        IF OLD.status <> 'final' THEN
            RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
        END IF;
        IF TG_OP = 'DELETE' THEN
            IF EXISTS (SELECT FROM practice_practice WHERE id = OLD.practice_id AND is_demo) THEN
                RETURN OLD;
            END IF;
            RAISE EXCEPTION 'A final report is kept' USING ERRCODE = 'insufficient_privilege';
        END IF;
        IF current_setting('app.resealing', true) = 'on' THEN
            loose := loose || 'content_sealed'::text;
        END IF;
        IF to_jsonb(NEW) - loose IS DISTINCT FROM to_jsonb(OLD) - loose THEN
            RAISE EXCEPTION 'A final report is not changed' USING ERRCODE = 'insufficient_privilege';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER report_stays_as_it_is BEFORE UPDATE OR DELETE ON referrals_report
        FOR EACH ROW EXECUTE FUNCTION referrals_report_is_final();

    CREATE FUNCTION referrals_reportfile_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE'
            AND EXISTS (SELECT FROM practice_practice WHERE id = OLD.practice_id AND is_demo) THEN
            RETURN OLD;
        END IF;
        IF EXISTS (
            SELECT FROM referrals_report WHERE id IN (OLD.report_id, NEW.report_id) AND status = 'final'
        ) THEN
            RAISE EXCEPTION 'What goes along with a final report stays'
                USING ERRCODE = 'insufficient_privilege';
        END IF;
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END $$;
    CREATE TRIGGER report_file_stays_as_it_is BEFORE INSERT OR UPDATE OR DELETE ON referrals_reportfile
        FOR EACH ROW EXECUTE FUNCTION referrals_reportfile_is_final();
"""
THAW = """
    DROP TRIGGER report_file_stays_as_it_is ON referrals_reportfile;
    DROP FUNCTION referrals_reportfile_is_final();
    DROP TRIGGER report_stays_as_it_is ON referrals_report;
    DROP FUNCTION referrals_report_is_final();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("practice", "0009_batches"),
        ("referrals", "0015_one_key_a_link"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Article",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=referralcrm.core.keys.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("name", models.CharField(max_length=120, verbose_name="title")),
                ("is_active", models.BooleanField(default=True, verbose_name="offered now")),
                (
                    "added_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "file",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="practice.storedfile",
                    ),
                ),
                (
                    "practice",
                    models.ForeignKey(
                        default=referralcrm.practice.scope.current_practice_id,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="practice.practice",
                    ),
                ),
            ],
            options={
                "ordering": ["name"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Phrase",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=referralcrm.core.keys.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("text", models.TextField(max_length=2000, verbose_name="the words")),
                ("is_active", models.BooleanField(default=True, verbose_name="offered now")),
                (
                    "practice",
                    models.ForeignKey(
                        default=referralcrm.practice.scope.current_practice_id,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="practice.practice",
                    ),
                ),
            ],
            options={
                "ordering": ["name"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Report",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=referralcrm.core.keys.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("initial", "initial report"),
                            ("interim", "progress report"),
                            ("discharge", "discharge report"),
                            ("second_opinion", "second opinion"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("preliminary", "draft"), ("final", "final")],
                        default="preliminary",
                        max_length=11,
                    ),
                ),
                ("number", models.PositiveIntegerField(editable=False, null=True)),
                ("content_sealed", referralcrm.core.sealed.SealedField(default=b"")),
                ("started_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("saved_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("finalised_at", models.DateTimeField(editable=False, null=True)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("deleted_at", models.DateTimeField(editable=False, null=True)),
                (
                    "amends",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="referrals.report",
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "obligation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="documents",
                        to="referrals.obligation",
                    ),
                ),
                (
                    "pdf",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="practice.storedfile",
                    ),
                ),
                (
                    "practice",
                    models.ForeignKey(
                        default=referralcrm.practice.scope.current_practice_id,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="practice.practice",
                    ),
                ),
                (
                    "referral",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reports",
                        to="referrals.referral",
                    ),
                ),
            ],
            options={
                "ordering": ["started_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="ReportFile",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=referralcrm.core.keys.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "article",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="referrals.article",
                    ),
                ),
                (
                    "file",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="practice.storedfile",
                    ),
                ),
                (
                    "practice",
                    models.ForeignKey(
                        default=referralcrm.practice.scope.current_practice_id,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="practice.practice",
                    ),
                ),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="files",
                        to="referrals.report",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.AddConstraint(
            model_name="article",
            constraint=models.UniqueConstraint(
                models.F("practice"),
                django.db.models.functions.text.Lower("name"),
                name="article_name_once",
                violation_error_message="There is already one with this name.",
            ),
        ),
        migrations.AddConstraint(
            model_name="phrase",
            constraint=models.UniqueConstraint(
                models.F("practice"),
                django.db.models.functions.text.Lower("name"),
                name="phrase_name_once",
                violation_error_message="There is already one with this name.",
            ),
        ),
        migrations.AddIndex(
            model_name="report",
            index=models.Index(fields=["practice", "referral"], name="report_of_referral"),
        ),
        migrations.AddIndex(
            model_name="report",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", False)),
                fields=["practice", "deleted_at"],
                name="report_in_trash",
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.UniqueConstraint(fields=("practice", "number"), name="report_number_once"),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.UniqueConstraint(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=("amends",),
                name="report_amended_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("number__isnull", True), ("pdf__isnull", True), ("status", "preliminary")),
                    models.Q(
                        ("deleted_at__isnull", True),
                        ("finalised_at__isnull", False),
                        ("number__isnull", False),
                        ("pdf__isnull", False),
                        ("status", "final"),
                    ),
                    _connector="OR",
                ),
                name="report_final_is_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="reportfile",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("article__isnull", True), ("file__isnull", False)),
                    models.Q(("article__isnull", False), ("file__isnull", True)),
                    _connector="OR",
                ),
                name="report_file_is_a_file_or_an_article",
            ),
        ),
        migrations.AddConstraint(
            model_name="reportfile",
            constraint=models.UniqueConstraint(
                fields=("report", "article"),
                name="report_article_once",
                violation_error_message="This article is enclosed already.",
            ),
        ),
        raise_wall("referrals_article"),
        raise_wall("referrals_phrase"),
        raise_wall("referrals_report"),
        raise_wall("referrals_reportfile"),
        link("referrals_article", file_id="practice_storedfile", added_by_id="practice_user"),
        link(
            "referrals_report",
            referral_id="referrals_referral",
            obligation_id="referrals_obligation",
            author_id="practice_user",
            amends_id="referrals_report",
            pdf_id="practice_storedfile",
        ),
        link(
            "referrals_reportfile",
            report_id="referrals_report",
            file_id="practice_storedfile",
            article_id="referrals_article",
        ),
        migrations.RunSQL(FREEZE, THAW),
    ]
