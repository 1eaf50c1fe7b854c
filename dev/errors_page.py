# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Write docs/ERRORS.md: every cause of a refusal, as ``tools/causes.py`` lists them."""

import ast

from .settings import ROOT

PATH = ROOT / "docs" / "ERRORS.md"
LIST = ROOT / "tools" / "causes.py"
INTRODUCTION = """\
# Errors

Every cause for which the provider refuses a request. The application gets the _answer_:
usually the error code that stands here, and what it has sent wrong itself; never
whether a client, a code or a person exists. The administrator reads the rest in the
list **OAuth Provider Events**: which client, from where, how often in the hour, and
why. There, _Cause_ is the sentence under _What happened_: search this page for it.
_Reason_ says which part of an address differs, which of the refused scopes exist, or
what else is known. The log has a line `event=refused cause=…` with the name that stands
here in front.

What _the application_ has to do is for those who develop or run it. The rest is done in
Odoo, by a manager of the provider. Only an administrator can change the secret, the
scopes and the addresses of a client that acts as another user or skips the question.

Whoever is sent to the authorization endpoint by an unknown client reads
`invalid_request: Invalid client_id parameter value.` A code or refresh token that comes
twice has two events: _Refused_, and _Reused_ once for what was revoked by it.

A call of Odoo's API that is malformed (400, 405, 415, 422, and 404 for an unknown model
or method) is no refusal and no event.

This page is written from the list that the product uses (`tools/causes.py`). The button
_Explain_ of an event opens it in Odoo, in the manager's language, at the event's cause.
"""
HEADER = (
    "| Cause | Answer | What happened | What to do | Rule |\n"
    "| --- | --- | --- | --- | --- |"
)


def read():
    """Return the causes of each part.

    :return: {title: list of (key, rule, error, description, sentence, advice)}
    """
    parts, titles = {}, {}
    for node in ast.parse(LIST.read_text(encoding="utf-8")).body:
        if not isinstance(node, ast.Assign):
            continue
        name = node.targets[0].id
        if name == "PARTS":
            titles = {
                causes.id: _literal(title)
                for title, causes in (pair.elts for pair in node.value.elts)
            }
        elif isinstance(node.value, ast.Tuple) and not name.startswith("_"):
            parts[name] = [_values(call) for call in node.value.elts]
    return {title: parts[name] for name, title in titles.items()}


def _values(call):
    """Return the texts (tuple) that a call of ``Cause`` has."""
    return tuple(map(_literal, call.args))


def _literal(value):
    """Return the text (str) of a literal, or of one that is to be translated."""
    return ast.literal_eval(value.args[0] if isinstance(value, ast.Call) else value)


def text():
    """Return the text (str) that docs/ERRORS.md should have."""
    pieces = [INTRODUCTION]
    for title, causes in read().items():
        rows = [
            f"| `{key}` | {_answer(error, said)} | {sentence} | {advice} | {rule} |"
            for key, rule, error, said, sentence, advice in causes
        ]
        pieces.append("\n".join([f"## {title}\n", HEADER, *rows]) + "\n")
    return "\n".join(pieces)


def _answer(error, description):
    code = f"`{error}`" if error else "–"
    return f"{code} {description}".strip()


def main():
    """Write the page."""
    PATH.write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    main()
