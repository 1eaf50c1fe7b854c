# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What may be said of an error, by the code that raised it and what is behind it."""

from types import SimpleNamespace

import psycopg2
from werkzeug.exceptions import InternalServerError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger
from odoo.tools.translate import code_translations

from ..json2.error_answer import ErrorAnswer
from ..storage.after_commit import write_apart
from .test_json2 import SECRET

REFUSED = "Odoo refuses this. The reason is in the server's log."
#: Business code, of a module that is not ours.
CODE = """
def constant(self):
    raise error("You cannot do this to a record that is closed.")

def formatted(self):
    raise error("You cannot do this to %s." % self.secret)

def value(self):
    raise error(self.secret)

def one_word(self):
    if self.secret != "draft":
        raise error("draft")

def module_constant(self):
    raise error(MESSAGE)

def inner(self):
    def make():
        return "You cannot do this here."
    raise error(make())

def locked(self):
    try:
        fail()
    except Exception:
        raise error("This record is locked by somebody.")

def from_none(self):
    try:
        fail()
    except Exception as found:
        text = str(found)
        raise error("It failed: " + text) from None

def caused(self):
    try:
        fail()
    except Exception as found:
        raise error("It failed: %s" % found) from found

def twice(self):
    try:
        try:
            fail()
        except Exception as found:
            raise ValueError(str(found))
    except ValueError as found:
        raise error("It failed: %s" % found) from None

def bare(self):
    fail()
"""


def business(error, fail=None, module="odoo.addons.business.models.order"):
    """Return the functions of :data:`CODE` (namespace), as of another module."""
    space = {
        "__name__": module,
        "error": error,
        "fail": fail,
        "MESSAGE": "This is not possible.",
    }
    exec(compile(CODE, "<business>", "exec"), space)  # pylint: disable=exec-used
    return SimpleNamespace(**space)


@tagged("post_install", "-at_install")
class TestErrorText(TransactionCase):
    """The rules by themselves, with errors of PostgreSQL itself."""

    def setUp(self):
        super().setUp()
        quiet = mute_logger("odoo.addons.oauth_provider.json2.error_answer")
        quiet.__enter__()
        self.addCleanup(quiet.__exit__, None, None, None)

    def violate(self):
        with self.env.cr.savepoint(flush=False), mute_logger("odoo.sql_db"):
            self.env.cr.execute(
                "INSERT INTO res_country (name, code)"
                " SELECT name, code FROM res_country"
            )

    def replaced(self, name, error=UserError, is_scoped=True, **options):
        lang = options.pop("lang", "en_US")
        space = business(error, options.pop("fail", self.violate), **options)
        space.secret = SECRET
        answer, found = ErrorAnswer(self.env.registry, is_scoped), None
        try:
            getattr(space, name)(space)
        except Exception as raised:
            # The transaction may be aborted
            with self.assertQueryCount(0):
                found = answer.replace(raised, lang)
        return found

    def test_what_is_written_apart_logs_no_row(self):
        def write(cr):
            # Not a transaction of its own in a test: nothing may stay broken
            with cr.savepoint(flush=False):
                cr.execute("SELECT %s::integer", [SECRET])

        self.env.cr.postcommit.clear()
        write_apart(self.env, write)
        logger = "odoo.addons.oauth_provider.storage.after_commit"
        with self.assertLogs(logger) as logs, mute_logger("odoo.sql_db"):
            self.env.cr.postcommit.run()
        self.assertNotIn(SECRET, "".join(logs.output))
        self.assertIn("InvalidTextRepresentation 22P02", logs.output[0])

    def test_texts_of_business_code(self):
        for kind in (UserError, ValidationError, AccessError):
            for name in ("constant", "module_constant", "inner"):
                found = self.replaced(name, kind)
                self.assertIsInstance(found, kind)
                self.assertIn("not", found.args[0])
                self.assertNotIn(REFUSED, found.args[0])
            for name in ("formatted", "value"):
                found = self.replaced(name, kind)
                self.assertIs(type(found), kind)
                self.assertIn(REFUSED, found.args[0])
                self.assertEqual(found.http_status, kind.http_status)
                found = self.replaced(name, kind, is_scoped=False)
                self.assertIn(SECRET, found.args[0])

    def test_a_subclass_keeps_its_status(self):
        teapot = type("Teapot", (UserError,), {"http_status": 418})
        found = self.replaced("formatted", teapot)
        self.assertEqual(found.http_status, 418)
        self.assertIn(REFUSED, found.args[0])

    def test_a_text_of_two_words_is_needed(self):
        """A record may be called like something that stands in the code."""
        found = self.replaced("one_word")
        self.assertIn(REFUSED, found.args[0])

    def test_with_an_error_of_postgresql_behind_it(self):
        for is_scoped in (True, False):
            for name in ("from_none", "caused", "twice"):
                for kind in (UserError, AccessError, ValidationError):
                    found = self.replaced(name, kind, is_scoped)
                    self.assertIs(type(found), kind)
                    self.assertIn("The name of the country must", found.args[0])
                for kind in (RuntimeError, ValueError, psycopg2.OperationalError):
                    found = self.replaced(name, kind, is_scoped)
                    self.assertNotIn("Key (", str(found))
            found = self.replaced("locked", UserError, is_scoped)
            self.assertEqual(found.args[0], "This record is locked by somebody.")
            found = self.replaced("bare", is_scoped=is_scoped)
            self.assertIsInstance(found, ValidationError)

    def test_other_errors_of_postgresql(self):
        def fail():
            with self.env.cr.savepoint(flush=False), mute_logger("odoo.sql_db"):
                self.env.cr.execute(f"SELECT {SECRET.partition('-')[0]}")

        for is_scoped in (True, False):
            found = self.replaced("bare", is_scoped=is_scoped, fail=fail)
            self.assertIsInstance(found, InternalServerError)
            found = self.replaced("caused", is_scoped=is_scoped, fail=fail)
            self.assertIsInstance(found, UserError)
            self.assertIn(REFUSED, found.args[0])

    def test_translated_texts(self):
        source = "You cannot do this to a record that is closed."
        # Not as one text, for this is a code on the way as well
        french = " ".join(["Vous", "ne", "pouvez", "pas"])
        key = ("business", "fr_FR")
        known = {**code_translations.python_translations, key: {source: french}}
        self.patch(code_translations, "python_translations", known)
        for name, is_said in (("constant", True), ("formatted", False)):
            found = self.replaced(name, lambda _text: UserError(french))
            self.assertEqual(found.args[0] == french, is_said)

    def test_the_fixed_texts_are_translated(self):
        key = ("oauth_provider", "fr_FR")
        texts = {REFUSED: "Odoo refuse.", "Reference: %s": "No %s"}
        known = {**code_translations.python_translations, key: texts}
        self.patch(code_translations, "python_translations", known)
        found = self.replaced("formatted", lang="fr_FR")
        self.assertRegex(found.args[0], r"^Odoo refuse\. No \d{10}$")

    def test_the_detail_of_a_row_without_its_heading(self):
        """As ``error.diag.message_detail``, shown after the error was handled."""
        answer = ErrorAnswer(self.env.registry, is_scoped=False)
        for kind in (UserError, ValidationError, ValueError):
            for text in (
                f"Key (code)=({SECRET}) already exists.",
                f"Cannot save: Key (code)=({SECRET}) is still referenced.",
                f"Key (name, code)=(x, {SECRET}) conflicts with existing key",
                f"Key (lower(name::text))=({SECRET}) already exists.",
                f"Schlüssel »(code)=({SECRET})« existiert bereits.",
            ):
                with self.subTest(kind=kind, text=text):
                    said = answer.replace(kind(text), None)
                    self.assertNotIn(SECRET, str(said))
        kept = UserError("The code (x) = (y) is in use.")
        self.assertIs(answer.replace(kept, None), kept)
