class BackupRefused(Exception):
    """Why nothing was written or restored, as one sentence for the person at the keyboard."""
