def may_export(user) -> bool:
    """Whether ``user`` may carry all addresses away."""
    return user.has_perm("subscriptions.export_subscriber")
