import threading

# A page larger than this share of the whole store would push out too many others.
LARGEST_SHARE = 8


class Store:
    """Pages by key, bounded by bytes; those not asked for since their last chance go first.

    Reading is a plain look-up in ``pages``, without a lock; the reader sets ``page.used``.
    """

    def __init__(self, limit):
        self.pages = {}
        self.limit = limit
        self._lock = threading.Lock()
        self.bytes = 0
        self._sizes = {}

    def put(self, key, page):
        page.key = key
        page.size += sum(len(part) for part in key if part)
        with self._lock:
            self._remove(key)
            if page.size <= self.limit // LARGEST_SHARE:
                self.pages[key] = page
                self._weigh(page)

    def weigh(self, page):
        """Take note that a page has grown."""
        with self._lock:
            if self.pages.get(page.key) is page:
                self._weigh(page)

    def discard(self, key):
        with self._lock:
            self._remove(key)

    def _weigh(self, page):
        self.bytes += page.size - self._sizes.get(page.key, 0)
        self._sizes[page.key] = page.size
        while self.bytes > self.limit:
            self._evict_one()

    def _evict_one(self):
        key, page = next(iter(self.pages.items()))
        if page.used:
            page.used = False
            self.pages[key] = self.pages.pop(key)
        else:
            self._remove(key)

    def _remove(self, key):
        self.pages.pop(key, None)
        self.bytes -= self._sizes.pop(key, 0)
