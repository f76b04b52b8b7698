"""The programming interface: everything public, read-only, through the same doors as the pages."""
