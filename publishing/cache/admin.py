from publishing.cache.models import PublicModel, bump


class BumpingAdminMixin:
    """For admins with many-to-many fields: their changes do not pass through ``save``."""

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        row = form.instance
        if not isinstance(row, PublicModel) or row.affects_public_pages():
            bump()
