"""The door to the database: transactions in worker threads, what differs between the databases, migrations."""
