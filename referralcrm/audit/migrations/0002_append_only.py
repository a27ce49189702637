from django.db import migrations

from referralcrm.core.wall import PRACTICE


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_audit_event")]

    operations = [
        migrations.RunSQL(
            f"""
            CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION 'The audit log is append-only: % is refused', TG_OP
                    USING ERRCODE = 'insufficient_privilege';
            END $$;
            CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON audit_auditevent
                FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();
            CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit_auditevent
                FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();
            ALTER TABLE audit_auditevent ENABLE ALWAYS TRIGGER audit_no_change;
            ALTER TABLE audit_auditevent ENABLE ALWAYS TRIGGER audit_no_truncate;

            ALTER TABLE audit_auditevent ENABLE ROW LEVEL SECURITY;
            CREATE POLICY practice_wall ON audit_auditevent
                USING (practice_id = {PRACTICE})
                WITH CHECK (practice_id IS NULL OR practice_id = {PRACTICE});
            """,
            """
            DROP POLICY practice_wall ON audit_auditevent;
            ALTER TABLE audit_auditevent DISABLE ROW LEVEL SECURITY;
            DROP TRIGGER audit_no_truncate ON audit_auditevent;
            DROP TRIGGER audit_no_change ON audit_auditevent;
            DROP FUNCTION audit_is_append_only();
            """,
        ),
    ]
