"""Lists at the desk of what services write: nobody adds or changes a row there by hand."""

from django.contrib import admin


class WrittenByServicesAdmin(admin.ModelAdmin):
    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False


class ReadOnlyAdmin(WrittenByServicesAdmin):
    def has_delete_permission(self, request, obj=None):
        return False
