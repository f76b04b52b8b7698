"""Mail on its way: kept until the server has taken it, so that no request waits or fails for it."""
