"""All tables."""
import importlib
from peewee import MySQLDatabase, SqliteDatabase
from models.base import Base


def up(migrator, db):
    for name in "user session contact community conversation message receipt state attachment".split():
        try:
            importlib.import_module("models." + name)
        except ModuleNotFoundError:
            pass
    models = Base.__subclasses__()
    for m in models:
        if isinstance(db, MySQLDatabase):
            m._meta.table_settings = ["DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin"]
        else:
            m._meta.table_settings = None
        m._meta.without_rowid = isinstance(db, SqliteDatabase) and m.__name__ in ("StoredMessage", "Member", "Mention")
    db.create_tables(models)
    import time
    from models.state import ServerState
    ServerState.create(name="epoch", value=int(time.time() * 1000))
