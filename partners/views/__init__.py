"""HTTP for whom we know. The list and page of a partner belong to ``front``, which knows the other apps."""
