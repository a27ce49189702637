"""Pages that read several apps."""

from django.shortcuts import render

from referralcrm.practice.permissions import Permission, allow


@allow(Permission.VIEW)
def today(request):
    return render(request, "front/today.html")
