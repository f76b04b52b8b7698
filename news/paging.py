from django.core.paginator import Paginator


class DeepPaginator(Paginator):
    """Finds a page's keys first, from the index alone, and reads the rows of that page only.

    What a row shows besides would otherwise be gathered for each row that is passed over.
    """

    def page(self, number):
        page = super().page(number)
        keys = list(page.object_list.values_list("pk", flat=True))
        page.object_list = self.object_list.filter(pk__in=keys)
        return page
