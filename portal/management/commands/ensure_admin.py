import os
import secrets

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

NAME = "admin"
# Without letters and digits that are mistaken for each other.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


class Command(BaseCommand):
    help = (
        "Makes the first administrator with a random password, once, and says who can sign in. "
        "The password is kept in first-login.txt in the data folder until it is changed."
    )

    def handle(self, **options):
        admins = get_user_model().objects.filter(is_superuser=True, is_active=True)
        user = admins.filter(username=NAME).first() or admins.order_by("pk").first()
        if user is None:
            user = self.create()
        self.stdout.write(f"Staff login: {user.get_username()}, {self.password_hint(user)}")

    @transaction.atomic
    def create(self):
        if get_user_model().objects.filter(username=NAME).exists():
            raise CommandError(
                f"Nobody can administer the portal and the name “{NAME}” is taken: "
                "make an administrator with `manage.py createsuperuser`."
            )
        password = "-".join("".join(secrets.choice(ALPHABET) for _ in range(5)) for _ in range(4))
        user = get_user_model().objects.create_superuser(NAME, password=password)
        note = settings.VAR / "first-login.txt"
        note.unlink(missing_ok=True)
        descriptor = os.open(note, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(f"{NAME} {password}\n")
        return user

    def password_hint(self, user):
        """The password itself while it is the one made here; else the note of it is removed."""
        note = settings.VAR / "first-login.txt"
        if not note.is_file():
            return "with the password you chose"
        name, _, password = note.read_text().strip().partition(" ")
        if name == user.get_username() and user.check_password(password):
            return f"password {password} (kept in {note} until you change it)"
        note.unlink()
        return "with the password you chose"
