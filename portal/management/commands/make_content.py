from django.core.management.base import BaseCommand, CommandError

from portal import synthetic


class Command(BaseCommand):
    help = (
        "Makes synthetic content in both languages, to try and to measure the portal with as much "
        "as an office may have in ten years. The same numbers and seed give the same content. "
        "A database that holds content is refused."
    )

    def add_arguments(self, parser):
        parser.add_argument("--institutions", type=int, default=2000)
        parser.add_argument("--agreements", type=int, default=3000)
        parser.add_argument("--releases", type=int, default=20000)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument(
            "--no-search",
            action="store_false",
            dest="search",
            help="leave the index of the site search as it is (the directory's is always filled)",
        )
        parser.add_argument("--force", action="store_true", help="add to the content that is there")

    def handle(self, *, institutions, agreements, releases, seed, search, force, **options):
        if min(institutions, agreements, releases) < 0:
            raise CommandError("There can be no fewer than 0 of a kind.")
        if not force and (existing := synthetic.existing_content()):
            kinds = ", ".join(str(model._meta.verbose_name_plural) for model in existing)
            raise CommandError(
                f"The database holds content ({kinds}). Nothing was made; --force adds to it."
            )
        synthetic.make(
            institutions=institutions,
            agreements=agreements,
            releases=releases,
            seed=seed,
            search=search,
            progress=self.tell,
        )

    def tell(self, model, done, total):
        self.stdout.write(f"  {model._meta.verbose_name_plural}: {done} of {total}")
