from publishing.editorial.exceptions import Refused


class NeedsConfirmation(Refused):
    """Allowed, but rarely meant: the same call with ``confirm=True`` goes through.

    ``codes`` are those of ``models.DOUBTS``; the sentences are theirs.
    """

    def __init__(self, codes):
        from partners.models import DOUBTS

        self.codes = list(codes)
        super().__init__(*(DOUBTS[code] for code in self.codes))
