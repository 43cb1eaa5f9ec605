"""Feeds and entries in PostgreSQL."""

from __future__ import annotations

import contextlib
from typing import Any, Iterator, Sequence

import psycopg2
from psycopg2.extensions import connection, cursor

from feedhub.config import settings
from feedhub.models import Entry, Feed

SCHEMA = """
create table if not exists feed (
    id serial primary key,
    url text not null unique,
    via_mirror boolean not null default false,
    due_at timestamptz not null default now()
);
create table if not exists entry (
    guid text primary key,
    feed_url text not null references feed (url),
    title text not null,
    link text not null,
    summary text not null,
    seen_at timestamptz not null default now()
);
"""

INSERT_ENTRY = """
insert into entry (guid, feed_url, title, link, summary)
values (%s, %s, %s, %s, %s)
on conflict (guid) do nothing
"""

TAKE_DUE = """
update feed set due_at = now() + interval '15 minutes'
where id in (select id from feed where due_at <= now() order by due_at limit %s for update skip locked)
returning id, url, via_mirror
"""


class Database:
    """One short-lived connection for each piece of work."""

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn

    def _connect(self) -> connection:
        return psycopg2.connect(self.dsn, connect_timeout=5, application_name="feedhub")  # expect: GL401

    @contextlib.contextmanager
    def session(self) -> Iterator[cursor]:
        conn = self._connect()
        try:
            with conn.cursor() as cur:
                yield cur
            conn.commit()  # expect: GL401
        finally:
            conn.close()

    def run(self, statement: str, params: Sequence[Any] = ()) -> int:
        with self.session() as cur:
            cur.execute(statement, params)  # expect: GL401
            return cur.rowcount

    def save_entry(self, feed_url: str, entry: Entry) -> bool:
        row = (entry.guid, feed_url, entry.title, entry.link, entry.summary)
        return self.run(INSERT_ENTRY, row) == 1


database = Database(settings.database_url)


def select_due_feeds(dsn: str, limit: int) -> list[Feed]:
    conn = psycopg2.connect(dsn, connect_timeout=5)
    try:
        with conn, conn.cursor() as cur:
            cur.execute(TAKE_DUE, (limit,))
            return [Feed(*row) for row in cur.fetchall()]
    finally:
        conn.close()


def vacuum_entries(dsn: str) -> None:
    conn = psycopg2.connect(dsn)
    conn.autocommit = True
    try:
        with conn.cursor() as cur:
            cur.execute("delete from entry where seen_at < now() - interval '90 days'")
            cur.execute("vacuum analyze entry")
    finally:
        conn.close()


def all_feeds(dsn: str) -> list[Feed]:
    conn = psycopg2.connect(dsn)
    try:
        with conn.cursor() as cur:
            cur.execute("select id, url, via_mirror from feed order by url")
            return [Feed(*row) for row in cur.fetchall()]
    finally:
        conn.close()

# greenlint: confirm Database("postgresql://feedhub@{slow_postgres}/feedhub").run("select 1")
