"""Records in and out of files: reading, comparing, reporting, writing. No app: it has no tables."""
