from django.urls import path

from outreach.views import cadences, inbox, messages, origins, reports, rules, stories, tasks, touchpoints

app_name = "outreach"

urlpatterns = [
    path("", messages.index, name="messages"),
    path("messages/<uuid:pk>/", messages.detail, name="message"),
    path("messages/<uuid:pk>/text/", messages.edit, name="message_text"),
    path("messages/<uuid:pk>/put-back/", messages.put_back, name="put_back"),
    path("messages/<uuid:pk>/<slug:decision>/", messages.decide, name="decide"),
    path("rules/", rules.index, name="rules"),
    path("rules/<uuid:pk>/", rules.edit, name="rule"),
    path("rules/<uuid:pk>/preview/", rules.preview, name="rule_preview"),
    path("check-in-intervals/", cadences.edit, name="cadences"),
    path("inbox/", inbox.index, name="inbox"),
    path("inbox/<slug:key>/", inbox.letter, name="letter"),
    path("inbox/<slug:key>/html/", inbox.letter_html, name="letter_html"),
    path("because-of/<uuid:pk>/", origins.because_of, name="because_of"),
    path("tasks/", tasks.index, name="tasks"),
    path("tasks/new/", tasks.add, name="add_task"),
    path("tasks/<uuid:pk>/", tasks.task, name="task"),
    path("tasks/<uuid:pk>/delete/", tasks.delete, name="delete_task"),
    path("tasks/<uuid:pk>/undo/", tasks.undo, name="undo_task"),
    path("reports/<uuid:pk>/thanks/", reports.thank_for_report, name="thank_for_report"),
    path("reports/<uuid:pk>/thanks/undo/", reports.take_thanks_back, name="take_thanks_back"),
    path("stories/new/<uuid:pk>/<slug:kind>/", stories.tell, name="tell_story"),
    path("stories/<uuid:pk>/", stories.story, name="story"),
    path("stories/<uuid:pk>/letter/<uuid:partner>/", stories.story_letter, name="story_letter"),
    path("stories/<uuid:pk>/edit/", stories.retell, name="retell_story"),
    path("stories/<uuid:pk>/delete/", stories.delete, name="delete_story"),
    path("contacts/new/", touchpoints.log, name="log_touchpoint"),
    path("contacts/people/", touchpoints.people, name="touchpoint_people"),
    path("contacts/<uuid:pk>/", touchpoints.update, name="touchpoint"),
    path("contacts/<uuid:pk>/delete/", touchpoints.delete, name="delete_touchpoint"),
    path("contacts/<uuid:pk>/restore/", touchpoints.restore, name="restore_touchpoint"),
]
