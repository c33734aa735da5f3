"""Points: the accounts of the ledger and its entries, red packets and what was taken out of them."""

from peewee import (
    BigAutoField,
    BigIntegerField,
    CharField,
    Check,
    CompositeKey,
    Model,
    MySQLDatabase,
    SmallIntegerField,
)


def up(migrator, db):
    text = ["DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin"] if isinstance(db, MySQLDatabase) else None

    class Table(Model):
        class Meta:
            database = db
            legacy_table_names = False
            table_settings = text

    class LedgerAccount(Table):
        id = BigIntegerField(primary_key=True)
        balance = BigIntegerField()
        closed = SmallIntegerField()

        class Meta:
            table_name = "ledger_account"
            constraints = (Check("balance >= 0 OR id = 0"),)

    class LedgerEntry(Table):
        id = BigAutoField()
        account_id = BigIntegerField()
        amount = BigIntegerField()
        what = CharField(max_length=20)
        ref = BigIntegerField()
        memo = CharField(max_length=200)
        cid = CharField(max_length=64, null=True)
        createat = BigIntegerField()

        class Meta:
            table_name = "ledger_entry"
            indexes = ((("account_id", "id"), False), (("account_id", "cid"), True))

    class RedPacket(Table):
        id = BigIntegerField(primary_key=True)
        userid = BigIntegerField()
        amount = BigIntegerField()
        count = SmallIntegerField()
        mode = CharField(max_length=5)
        memo = CharField(max_length=200)
        opened = SmallIntegerField()
        closed = SmallIntegerField()
        createat = BigIntegerField()
        expires = BigIntegerField()

        class Meta:
            table_name = "red_packet"
            indexes = ((("closed", "expires"), False),)

    class RedShare(Table):
        packet_id = BigIntegerField()
        user_id = BigIntegerField()
        n = SmallIntegerField()
        amount = BigIntegerField()
        createat = BigIntegerField()

        class Meta:
            table_name = "red_share"
            primary_key = CompositeKey("packet_id", "user_id")
            indexes = ((("packet_id", "n"), True),)

    db.create_tables([LedgerAccount, LedgerEntry, RedPacket, RedShare])
    LedgerAccount.insert(id=0, balance=0, closed=0).execute()


def down(migrator, db):
    for table in ("red_share", "red_packet", "ledger_entry", "ledger_account"):
        db.execute_sql(f"DROP TABLE {table}")
