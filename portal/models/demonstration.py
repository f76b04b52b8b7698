"""Which rows are demonstration content."""

from django.db import models


class DemonstrationRow(models.Model):
    """What ``load_demo`` made: ``remove_demo`` takes that away and nothing else."""

    content_type = models.ForeignKey("contenttypes.ContentType", on_delete=models.CASCADE)
    object_id = models.PositiveBigIntegerField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["content_type", "object_id"], name="portal_demonstrationrow_once"
            ),
        ]

    def __str__(self):
        return f"{self.content_type_id}:{self.object_id}"
