"""What pages behind links say of themselves, remembered for some time."""

from peewee import BigAutoField, BigIntegerField, CharField, TextField

from database.base import Base


class Preview(Base):
    """`digest`: of the link; `told`: the preview as JSON, "" when there is none to be had, None while a
    process looks. `until` (ms): then it is looked for again."""

    id = BigAutoField()
    digest = CharField(64, unique=True)
    told = TextField(null=True)
    until = BigIntegerField(index=True)
