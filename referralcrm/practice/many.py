"""Pages that change several rows of a list at once: looked at first, carried out, taken back."""

from dataclasses import dataclass
from types import ModuleType

from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from referralcrm.core.answers import back, carried_out, is_path_of_ours, not_carried_out
from referralcrm.core.refused import Refused
from referralcrm.practice.batches import recent
from referralcrm.practice.models import Batch


@dataclass(frozen=True)
class ManyPage:
    """``app`` has the routes ``list`` and ``undo_many`` and the page ``many.html``; ``noun`` is one row.

    ``acts`` are the app's ``actions.bulk``: LIST, change_many and undo_many.
    """

    app: str
    noun: str
    acts: ModuleType

    def show(self, request, form, chosen, plan):
        """The page with what would change, and the changes that can still be taken back."""
        context = {"form": form, "plan": plan, "chosen": chosen, "back": self._list(request)}
        earlier = {"batches": recent(self.acts.LIST)[:20]}
        return render(request, f"{self.app}/many.html", context | earlier)

    def change(self, request, form, chosen):
        """Carry out what was looked at. Raises Refused when it would be something else by now."""
        batch = self.acts.change_many(
            [row.pk for row in chosen],
            seen=request.POST.get("seen", ""),
            by=request.user,
            what=form.in_words,
            **form.values(),
        )
        text = f"{batch.number} {self.noun}{'' if batch.number == 1 else 's'} changed."
        undo = reverse(f"{self.app}:undo_many", args=[batch.pk])
        return carried_out(request, text, undo=undo, to=self._list(request))

    def undo(self, request, pk):
        """From the toast, or from the list of earlier changes."""
        batch = get_object_or_404(Batch.objects.filter(slug=self.acts.LIST), pk=pk)
        to = back(request) if request.POST.get("next") else self._usual_list()
        try:
            undone = self.acts.undo_many(batch, by=request.user)
        except Refused as refused:
            return not_carried_out(request, refused, to=to)
        return carried_out(request, undone.sentence, to=to)

    def _list(self, request):
        """The list as it was when the rows were chosen."""
        wanted = request.GET.get("next", "")
        return wanted if is_path_of_ours(wanted) else self._usual_list()

    def _usual_list(self):
        return reverse(f"{self.app}:list")
