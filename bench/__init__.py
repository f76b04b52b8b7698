"""`make bench`: what the portal costs, beside what else could be running in its place."""
