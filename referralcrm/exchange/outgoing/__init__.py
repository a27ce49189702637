"""Lists on their way out: chosen on a page, written by a task in sealed parts, fetched for some days."""
