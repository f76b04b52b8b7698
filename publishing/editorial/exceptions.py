class Refused(Exception):
    """A service declines; its message is a translated sentence for the person who asked."""

    def __init__(self, *sentences):
        super().__init__(*sentences)
        self.sentences = [str(sentence) for sentence in sentences]

    def __str__(self):
        return " ".join(self.sentences)
