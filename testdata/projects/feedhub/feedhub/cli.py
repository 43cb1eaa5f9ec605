"""Commands for the people who run the hub."""

from __future__ import annotations

import argparse
import fcntl
import os
import shlex
import sys
import tempfile
import time

import psycopg2

from feedhub.config import settings
from feedhub.storage.db import SCHEMA, all_feeds


def migrate(args: argparse.Namespace) -> int:
    for attempt in range(10):
        try:
            conn = psycopg2.connect(settings.database_url, connect_timeout=5)
            break
        except psycopg2.OperationalError:
            time.sleep(2)
    else:
        print("the database does not answer", file=sys.stderr)
        return 1
    with conn, conn.cursor() as cur:
        cur.execute(SCHEMA)
    conn.close()
    return 0


def add(args: argparse.Namespace) -> int:
    if not args.yes and input(f"Add {args.url}? [y/N] ").lower() != "y":
        return 1
    conn = psycopg2.connect(settings.database_url)
    with conn, conn.cursor() as cur:
        cur.execute(
            "insert into feed (url, via_mirror) values (%s, %s) on conflict do nothing",
            (args.url, args.mirror),
        )
    conn.close()
    return 0


def list_feeds(args: argparse.Namespace) -> int:
    for feed in all_feeds(settings.database_url):
        print(f"{feed.id:6} {'mirror' if feed.via_mirror else 'web':6} {feed.url}")
    return 0


def edit(args: argparse.Namespace) -> int:
    """Opens the list of feeds in an editor; new lines become new feeds."""
    before = {feed.url for feed in all_feeds(settings.database_url)}
    with open(settings.spool / "edit.lock", "w") as lock, tempfile.NamedTemporaryFile("w+") as draft:
        fcntl.flock(lock, fcntl.LOCK_EX)
        draft.write("\n".join(sorted(before)) + "\n")
        draft.flush()
        editor = os.environ.get("EDITOR", "vi")
        if os.system(f"{editor} {shlex.quote(draft.name)}") != 0:
            return 1
        with open(draft.name) as edited:
            after = {line.strip() for line in edited if line.strip()}
    conn = psycopg2.connect(settings.database_url)
    with conn, conn.cursor() as cur:
        for url in sorted(after - before):
            cur.execute("insert into feed (url) values (%s)", (url,))
    conn.close()
    return 0


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="feedhub")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("migrate", help="create the tables").set_defaults(run=migrate)
    adding = commands.add_parser("add", help="add one feed")
    adding.add_argument("url")
    adding.add_argument("--mirror", action="store_true", help="read it from the mirror")
    adding.add_argument("--yes", action="store_true", help="do not ask")
    adding.set_defaults(run=add)
    commands.add_parser("list", help="list the feeds").set_defaults(run=list_feeds)
    commands.add_parser("edit", help="edit the list of feeds").set_defaults(run=edit)
    return parser


def main(argv: list[str] | None = None) -> int:
    args = build_parser().parse_args(argv)
    return args.run(args)


if __name__ == "__main__":
    sys.exit(main())
