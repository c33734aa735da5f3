"""Which chat record a favorite shows, so that it stays readable."""


def up(migrator, db):
    db.execute_sql("ALTER TABLE favorite ADD COLUMN record BIGINT")


def down(migrator, db):
    db.execute_sql("ALTER TABLE favorite DROP COLUMN record")
