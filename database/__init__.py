"""The door to the database: transactions in threads, what differs between databases, migrations."""
