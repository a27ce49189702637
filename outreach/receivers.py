"""What other apps' facts lead to here."""

from django.dispatch import receiver
from django.utils import timezone

from outreach.actions import chasers, merges, origins, prompts, quality, questions, reports, tasks
from outreach.actions.messages import private, recipients, report_thanks, stories, thanks
from outreach.actions.messages.sweep import expired
from outreach.actions.rules import seed_rules
from outreach.models import Message
from partners.signals import (
    friction_answered,
    friction_reported,
    next_step_done,
    next_step_undone,
    partner_ended,
    partner_merged,
    partner_opted_out,
    partner_resumed,
    partner_unmerged,
    what_would_move,
)
from referralcrm.core.nudge import nudge
from referralcrm.core.signals import minute_passed, what_may_be_due
from referralcrm.practice.scope import enter
from referralcrm.practice.signals import owned, person_deactivated, practice_founded, what_is_owned
from referrals.signals import (
    advice_changed,
    clinician_removed,
    code_asked,
    consent_withdrawn,
    delivery_made,
    delivery_revoked,
    delivery_sent,
    delivery_unsent,
    needs_primary_care,
    quality_flag_raised,
    quality_flag_settled,
    recommended,
    referral_received,
    referral_restored,
    referral_sent,
    referral_withdrawn,
    report_answered,
    report_taken_back,
    source_unknown,
    status_changed,
    what_stands_beside,
)


@receiver(practice_founded)
def write_rules(sender, practice, **kwargs):
    seed_rules()


@receiver(referral_received)
def thank(sender, referral, by, **kwargs):
    thanks.thank(referral, by=by)


@receiver(referral_withdrawn)
def ask_for_nothing_more(sender, referral, by, **kwargs):
    thanks.take_back(referral, by=by)
    tasks.cancel_for(referral, by=by)


@receiver(referral_restored)
def ask_again(sender, referral, by, **kwargs):
    thanks.put_back(referral, by=by)
    tasks.reopen_for(referral, by=by)
    prompts.think_again(referral, by=by)


@receiver([partner_ended, partner_opted_out, friction_reported])
def stop_mail(sender, partner, by, **kwargs):
    recipients.stop_for(partner, by=by)


@receiver([partner_resumed, friction_answered])
def resume_mail(sender, partner, by, **kwargs):
    recipients.resume_for(partner, by=by)


@receiver(advice_changed)
def count_question_as_contact(sender, advice, by, **kwargs):
    questions.count_as_contact(advice, by=by)


@receiver(what_would_move)
def count_contacts_and_mail(sender, merged, **kwargs):
    return merges.of(merged) if merged._meta.model_name == "partner" else []


@receiver(partner_merged)
def move_contacts_and_mail(sender, survivor, merged, merge, by, **kwargs):
    merges.follow(survivor, merged, merge, by=by)


@receiver(partner_unmerged)
def put_contacts_and_mail_back(sender, survivor, merged, merge, by, **kwargs):
    return merges.put_back(survivor, merged, merge, by=by)


@receiver(next_step_done)
def remember_next_step(sender, partner, step, by, **kwargs):
    tasks.remember_next_step(partner, step=step, by=by)


@receiver(next_step_undone)
def forget_next_step(sender, partner, step, by, **kwargs):
    tasks.forget_next_step(partner, step=step, by=by)


@receiver(source_unknown)
def ask_for_the_source(sender, referral, by, **kwargs):
    tasks.ask_source(referral, by=by)


@receiver(recommended)
def thank_whoever_recommended_us(sender, referral, by, **kwargs):
    tasks.thank_in_person(referral, by=by)


@receiver(code_asked)
def send_the_code(sender, code, **kwargs):
    private.send_code(code)


@receiver(delivery_made)
def let_the_report_leave(sender, delivery, by, **kwargs):
    reports.let_leave(delivery, by=by)


@receiver(delivery_sent)
def tick_its_task(sender, delivery, by, **kwargs):
    reports.close_task(delivery, by=by)


@receiver(delivery_unsent)
def ask_for_it_again(sender, delivery, by, **kwargs):
    reports.reopen_task(delivery, by=by)


@receiver(delivery_revoked)
def call_it_off(sender, delivery, by, **kwargs):
    reports.call_off(delivery, by=by)


@receiver(status_changed)
def tell_what_they_asked_for(sender, notice, by, **kwargs):
    private.tell(notice, by=by)


@receiver(quality_flag_raised)
def ask_the_manager(sender, flag, by, **kwargs):
    quality.look_into(flag, by=by)


@receiver(quality_flag_settled)
def let_the_manager_go(sender, flag, by, **kwargs):
    quality.settle(flag, by=by)


@receiver(consent_withdrawn)
def stop_stories(sender, consent, by, **kwargs):
    stories.stop(consent.patient, by=by)


@receiver(clinician_removed)
def stop_stories_to_a_stranger(sender, patient, partner, by, **kwargs):
    stories.stop(patient, by=by)


@receiver(what_may_be_due)
def look_for_late_reports_and_mail(sender, today, now, **kwargs):
    return [chasers.to_ask_for(today, now), expired(now), Message.objects.due(now)]


@receiver(minute_passed)
def ask_for_reports(sender, practice, **kwargs):
    with enter(practice):
        is_due = chasers.to_ask_for(practice.today(), timezone.now()).exists()
    if is_due:
        nudge("outreach.chase", practice.pk)


@receiver(report_answered)
def ask_for_this_report_no_more(sender, report, by, **kwargs):
    chasers.stop(report, by=by)


@receiver(report_taken_back)
def thank_for_nothing(sender, report, by, **kwargs):
    report_thanks.forget(report, by=by)


@receiver(what_is_owned)
def count_tasks(sender, person, **kwargs):
    return owned("open tasks", tasks.open_for(person), name="title")


@receiver(person_deactivated)
def hand_tasks_over(sender, person, heir, by, **kwargs):
    tasks.hand_over(person, heir=heir, by=by)


@receiver(needs_primary_care)
def suggest_primary_care(sender, referral, by, **kwargs):
    prompts.suggest_primary_care(referral, by=by)


@receiver(referral_sent)
def get_to_know(sender, referral, by, **kwargs):
    prompts.get_to_know(referral, by=by)


@receiver(what_stands_beside)
def show_what_led_to_it(sender, **kwargs):
    return origins.beside()


@receiver(what_stands_beside)
def show_thanks_for_reports(sender, **kwargs):
    return report_thanks.beside()
