# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How a dump is read without a program of PostgreSQL."""

import io

from dev import old_database

DUMP = """\
--
-- PostgreSQL database dump
--
\\restrict x
SET statement_timeout = 0;

CREATE TABLE a (id integer, name varchar);

COMMENT ON EXTENSION plpgsql IS 'x';

COPY a (id, name) FROM stdin;
1\tone
2\t\\N
\\.

COPY b (id) FROM stdin;
\\.
ALTER TABLE a ADD PRIMARY KEY (id);
\\unrestrict x
"""


def test_statements_and_rows_are_told_apart():
    found = []
    for statement, rows in old_database.read_dump(io.StringIO(DUMP)):
        lines = None if rows is None else list(iter(rows.read, ""))
        found.append((statement.split(), lines))
    assert found == [
        (
            "SET statement_timeout = 0; CREATE TABLE a (id integer, name varchar);"
            "".split(),
            None,
        ),
        ("COPY a (id, name) FROM stdin;".split(), ["1\tone\n", "2\t\\N\n"]),
        ("COPY b (id) FROM stdin;".split(), []),
        ("ALTER TABLE a ADD PRIMARY KEY (id);".split(), None),
    ]
