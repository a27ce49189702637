from django.db import migrations

from partners.states import CONDITIONS


def seed(apps, schema_editor):
    """A practice that was founded before there were conditions gets the list a new one starts with.

    Whoever has any, in use or not, keeps the list as it is; so repeating it changes nothing.
    """
    alias = schema_editor.connection.alias
    Condition, Discipline = apps.get_model("partners", "Condition"), apps.get_model("partners", "Discipline")
    has_some = Condition.objects.using(alias).values("practice")
    for practice in apps.get_model("practice", "Practice").objects.using(alias).exclude(pk__in=has_some):
        disciplines = Discipline.objects.using(alias).filter(practice=practice)
        known = dict(disciplines.values_list("name", "pk"))
        Condition.objects.using(alias).bulk_create(
            Condition(
                practice=practice,
                name=name,
                words=words,
                disciplines=[known[each] for each in helping if each in known],
            )
            for name, (words, helping) in CONDITIONS.items()
        )


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0014_finding"),
    ]

    # back: the list stays, as that of a practice founded since would
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
