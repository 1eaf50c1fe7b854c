# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What an access token may do on Odoo's own API, ``/json/2``.

A call is limited to the scopes of its token in this order:

1. ``controllers/json2.py`` receives the call. ``models/ir_http.py`` has made the owner
   of the token the user of the request, so that access rights, record rules and groups
   of fields apply in any case. A token with full access has no further limit.
2. :mod:`.access`: what the scopes of the token open. For a model and an operation that
   is a domain of records and a set of fields (``ModelAccess``).
3. :mod:`.call`: checks the call itself (model, method, ids, context) and sorts it by
   method. Methods that read run limited to the scopes. Methods that change records are
   checked before and after (:mod:`.change`, :mod:`.after`), and run with the user's
   rights. Further methods that every model has follow from these, see
   :mod:`.orm_methods`. Of all others only those that a scope names may be called.
4. :mod:`.current`: the context variables that are set for the time of the call. The
   hooks of the ORM ask them whether a limit applies to the code that is running.
5. The hooks: ``ir.model.access`` and ``ir.rule`` add what the scopes open to the access
   rights and the record rules of the user, ``base`` checks each field that is read.
   Where the ORM asks none of these three, further hooks of ``base`` check in its place,
   with the functions of :mod:`.orm`. Attachments, messages and activities need the
   record that they belong to as well, see :mod:`.owner`.
6. :mod:`.domain`: the domain and the order of a search, which could reveal a value
   without reading it.
7. :mod:`.values`: the values that are to be written, and the records that they link;
   :mod:`.commands` those of lines in the same call, :mod:`.properties` those of
   properties, :mod:`.call_context` those of the context.
8. :mod:`.write_guard`: what else a write changes. It asks :mod:`.write_cause` which
   value of the caller is being carried out, :mod:`.write_list` whether it is a command
   for a line, and :mod:`.write_related` whether the token may change the other record.
9. :mod:`.error_answer`: what the answer to a failed call may contain, for any route
   that takes access tokens. :mod:`.error_text` decides whether the text of an error is
   safe.
10. :mod:`.step_up`: which further scopes would open a call that was refused, by what
    :mod:`.need` says that it lacks.
11. :mod:`.discovery`: what every token for the API may ask about itself. It answers in
    place of the scopes. :mod:`.describe`: all that a token may call, for documents.

A filter that cannot be used opens nothing. :mod:`.access` finds that out where the ORM
says so; where PostgreSQL does, the controller tries the filters by themselves and runs
the call once more without the broken ones, see :mod:`.broken_filter`.

Nothing here imports models, controllers or ``oauth2``: it is given the environment.
"""
