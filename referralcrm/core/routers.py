class OwnerMigrates:
    """Only the owner's connection changes the schema; the application role cannot."""

    def allow_migrate(self, db, app_label, **hints):
        return db == "owner"
