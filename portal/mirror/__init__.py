"""A copy of the public site as plain files, which any file server can serve from its root."""
