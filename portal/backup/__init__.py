"""One archive of all that cannot be made again, and the way back. docs/operation.md tells how."""
