"""How staff sign in: django-allauth, with what an office asks of it. Visitors have no accounts."""
