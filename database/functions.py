"""Functions in PostgreSQL's database. A migration makes them, and the start what is missing: who restores
rows alone has none. A text here is frozen as a migration is: another text gets another number."""

import logging

import peewee

logger = logging.getLogger("magpie.database")

APPEND = "magpie_append_3"

#: The usual batch of the message log (`log/usual/postgresql.py`) in one call: lock, ask who is a member,
#: number, insert, note who is the first to have written after what they have read (`Member.said`), take
#: change numbers, say what the conversations have reached. `posts`: the messages in their order. `who` write
#: `where_`, each pair once; `places`: the conversations in id order, and how many messages each gets.
#: `began`: the batch's time (ms), `born`: the database's.
#:
#: Returns each conversation as it was, its new change number, and the batch's time. Returns nothing, and has
#: written nothing, when somebody is no member or may not write as usual, a conversation is nearly full, or
#: the time would be a second or more after `began`. A cid that is there already raises unique_violation.
#:
#: PL/pgSQL, and volatile: each statement sees what was committed before it, so the numbers are those that the
#: lock has waited for. One statement with CTEs would number by a snapshot that is older than the lock.
APPEND_TEXT = f"""
CREATE OR REPLACE FUNCTION {APPEND}(
    posts json, who bigint[], where_ bigint[], places bigint[], counts bigint[], began bigint, born bigint
)
RETURNS TABLE (
    place bigint, seq_was bigint, ver_was bigint, change_was bigint, change_now bigint, time_ bigint
)
LANGUAGE plpgsql VOLATILE AS $$
#variable_conflict use_column
DECLARE
    there bigint;
    begins boolean;
    latest bigint;
    highest bigint;
    barred smallint;
    moment bigint;
    taken bigint;
BEGIN
    PERFORM 1 FROM conversation WHERE id = ANY (places) ORDER BY id FOR UPDATE;
    SELECT count(*), bool_or(m.said = 0) INTO there, begins
    FROM unnest(who, where_) AS w(u, c) JOIN member m ON m.user_id = w.u AND m.conversation_id = w.c
    WHERE m.role > 0 AND m.bars = 0;
    IF there < cardinality(who) THEN
        RETURN;
    END IF;
    SELECT max(updateat) FILTER (WHERE updateat - began <= 86400000 OR began < born), max(seq), max(bars)
    INTO latest, highest, barred FROM conversation WHERE id = ANY (places);
    moment := greatest(began, latest + 1);
    IF barred > 0 OR moment - began >= 1000 OR highest + json_array_length(posts) >= 134217728 THEN
        RETURN;
    END IF;
    INSERT INTO message (
        conversation_id, seq, ver, userid, cid, digest, media, content, pic, url, memo, amount, ref, at,
        createat
    )
    SELECT s.place, c.seq + s.n, c.ver + s.n, s.who, s.cid, s.digest, s.media, s.content, s.pic, s.url,
        s.memo, s.amount, s.ref, '', moment
    FROM (
        SELECT *, row_number() OVER (PARTITION BY place ORDER BY turn) AS n
        FROM ROWS FROM (json_to_recordset(posts) AS (
            place bigint, who bigint, cid text, digest bigint, media integer, content text, pic text,
            url text, memo text, amount bigint, ref bigint
        )) WITH ORDINALITY AS r(
            place, who, cid, digest, media, content, pic, url, memo, amount, ref, turn
        )
    ) s JOIN conversation c ON c.id = s.place;
    IF begins THEN
        UPDATE member m SET said = c.seq + s.n
        FROM (
            SELECT place, who, min(n) AS n
            FROM (
                SELECT place, who, row_number() OVER (PARTITION BY place ORDER BY turn) AS n
                FROM ROWS FROM (json_to_recordset(posts) AS (place bigint, who bigint))
                WITH ORDINALITY AS r(place, who, turn)
            ) r GROUP BY place, who
        ) s JOIN conversation c ON c.id = s.place
        WHERE m.user_id = s.who AND m.conversation_id = s.place AND m.said = 0;
    END IF;
    UPDATE server_state SET value = value + cardinality(places) WHERE name = 'change'
    RETURNING value - cardinality(places) INTO taken;
    RETURN QUERY
    UPDATE conversation c
    SET seq = c.seq + w.n, ver = c.ver + w.n, updateat = moment, change = taken + w.turn
    FROM unnest(places, counts) WITH ORDINALITY AS w(id, n, turn) JOIN conversation was ON was.id = w.id
    WHERE c.id = w.id
    RETURNING c.id, was.seq, was.ver, was.change, c.change, moment;
END $$
"""


def there(database: peewee.Database) -> bool:
    """Whether the database has the functions."""
    return bool(database.execute_sql("SELECT to_regproc(%s) IS NOT NULL", (APPEND,)).fetchone()[0])


def make(database: peewee.Database) -> None:
    database.execute_sql(APPEND_TEXT)


def complete(database: peewee.Database) -> None:
    """Makes what is missing, if this account may."""
    if there(database):
        return
    try:
        make(database)
    except peewee.PeeweeException as error:
        logger.warning("database: the function %s is missing, messages cost more: %s", APPEND, error)
    else:
        logger.info("database: the function %s was missing, and is there again", APPEND)
