"""Reading the candidates in few queries, judging them, and putting them in order."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce, NullIf

from partners.finder.needs import Meaning, Need
from partners.finder.places import distance_km, district, written_together
from partners.finder.rules import AS_IF_KM, RULES, Candidate, Verdict, ask, helps_with, nearness
from partners.models import Partner, PartnerPlan, Postcode

FAR = float("inf")


@dataclass(frozen=True)
class Found:
    """A partner with what speaks for them, what has to be asked, and what stands against."""

    who: Candidate
    reasons: tuple[str, ...]
    to_ask: tuple[str, ...]
    against: tuple[str, ...]
    order: tuple

    @property
    def pk(self):
        return self.who.pk


def find(need: Need, meaning: Meaning) -> tuple[list[Found], list[Found]]:
    """Who can be referred to, and who cannot and why not, each by fit.

    At most three queries, however many partners there are. Nobody when nothing was asked for.
    """
    if need.is_open:
        return [], []
    judged = (_judge(need, who, meaning) for who in _candidates(need, meaning))
    found = sorted(filter(None, judged), key=lambda each: each.order)
    return [each for each in found if not each.against], [each for each in found if each.against]


def _judge(need, who, meaning) -> Found | None:
    """None for somebody who has nothing to do with what was typed."""
    helps = helps_with(need, who, meaning) if need.what else None
    if need.what and helps is None:
        if need.discipline is None:
            return None
        helps = ask(f"no special interest in “{need.what}” is written down")
    said = [helps, *(rule(need, who) for rule in RULES)]
    said = [reason for reason in said if reason]
    counts = sum(reason.counts for reason in said)
    order = (-counts, _distance_to_order_by(need, who), who.name.casefold(), who.pk)
    words = (_words(said, verdict) for verdict in (Verdict.MET, Verdict.ASK, Verdict.CANNOT))
    return Found(who, *words, order)


def _words(said, verdict):
    return tuple(dict.fromkeys(reason.words for reason in said if reason.verdict is verdict))


def _distance_to_order_by(need, who):
    return AS_IF_KM.get(nearness(need, who), FAR) if who.km is None else who.km


def _candidates(need: Need, meaning: Meaning):
    """Those the rules have to look at, each with how far away they are."""
    rows = Partner.objects.current().order_by()
    if need.discipline:
        rows = rows.filter(discipline=need.discipline)
    elif need.what:
        helping = [*meaning.named, *meaning.helping]
        rows = rows.filter(Q(discipline__in=helping) | ~Q(special_interests=[]))
    rows = list(_as_the_rules_read_them(rows))
    for row in rows:
        row["code"] = written_together(row["code"])
    places = _places(need, {row["code"] for row in rows}) if need.postcode else {}
    here = _place(places, need.postcode, need.country)
    plans = _plans_taken() if need.plan else {}
    return [_candidate(need, here, places, plans.get(row["pk"], {}), **row) for row in rows]


def _plans_taken():
    """Partner → the insurers they take, id → name; all by one query, which is quicker than one by one."""
    taken = defaultdict(dict)
    rows = PartnerPlan.objects.order_by("plan__name").values_list("partner", "plan", "plan__name")
    for partner, plan, name in rows:
        taken[partner][plan] = name
    return taken


def _as_the_rules_read_them(rows):
    """An address of their own counts before that of their office."""
    return rows.values(
        *("pk", "name", "discipline", "telehealth", "accepting", "accepting_again_on"),
        *("areas_served", "licence_places"),
        discipline_name=Coalesce("discipline__name", Value("")),
        interests=F("special_interests"),
        code=Coalesce(NullIf("postcode", Value("")), "organisation__postcode", Value("")),
        where=Coalesce(NullIf("area", Value("")), "organisation__area", Value("")),
        promised_days=F("agreement__appointment_within_days"),
    )


def _candidate(need, here, places, plans, *, code, where, **said) -> Candidate:
    there = _place(places, code, need.country) if here else None
    return Candidate(
        plans=plans,
        district=district(code, need.country),
        area=where,
        km=distance_km(here, there) if there else None,
        **said,
    )


def _places(need, codes):
    """Coordinates by code, of the codes and of their districts, by the practice's own table; one query."""
    codes |= {need.postcode}
    codes |= {district(code, need.country) for code in codes}
    known = Postcode.objects.active().filter(name__in=codes - {""})
    return {name: (north, east) for name, north, east in known.values_list("name", "latitude", "longitude")}


def _place(places, code, country):
    return places.get(code) or places.get(district(code, country))
