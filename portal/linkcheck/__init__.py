"""Links that lead to other sites: whether they still lead somewhere."""
