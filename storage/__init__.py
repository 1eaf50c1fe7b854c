# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Everything that goes round the ORM, for speed or for locks.

Nothing here imports models, ``oauth2`` or controllers: functions are given the
environment or the records. What each piece saves was measured, see *What each piece of
code for speed gains* in ``docs/BENCHMARK.md``; a piece that saves less than 5% of the
request that profits most is not worth its lines.

============== ========================= ==================================
piece          what it gains             what it costs
============== ========================= ==================================
cache          a token by client         a change empties the cache of all
               credentials takes 2.5     workers; a transaction with a
               times as long without it  change reads past it
prefetch       a third of a code         fields of cached records that
                                         depend on the user are left to the
                                         ORM
row_lookup,    tokeninfo takes more      fields of other kinds are left to
row_reader     than twice as long        the ORM; the SQL is ours; rows of
               without it                credentials and grants are read
                                         whole, with large values too
prepared_      a tenth of tokeninfo,     one more connection for each
statement      userinfo, introspection   worker and database; tokens are
               and calls of the API, a   committed before Odoo has done
               sixteenth of a token      with the request
live_token     a tenth of userinfo, and  decisions are made twice, by the
               a third with the person   same rules: of records and of plain
               read along                values
statement      a third of a code by the  no ORM hook sees the row that is
               plain INSERT, and a       stored; defaults and inverse
               twelfth by one statement  fields are taken care of here
               for all
foreign_key    locks: no lock on the     two columns and a constraint for
               row of the client, which  tokens without a grant
               all its requests share
revocation     memory and locks: a       no ORM hook sees the rows;
               million rows by one       ``revoked_at`` is all that it
               statement                 writes
rate_limit     locks: a password counts  two short transactions for each
               before it is compared,    password, outside the request's
               and nothing is locked
               meanwhile
after_commit   locks: a request that     it may be lost, where the server
               only reads writes         stops in between
               nothing, and waits for
               nobody
============== ========================= ==================================
"""
