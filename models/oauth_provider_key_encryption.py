# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import key_encryption, signing_key
from ..tools.key_encryption import SigningUnavailableError

_logger = logging.getLogger(__name__)

#: Keys that are tried before a new one is made.
TRIED = 100


class OAuthProviderKey(models.Model):
    """How private keys are stored: encrypted, and for this database only.

    The configuration may be wrong in one worker and right in the others. So a key that
    cannot be decrypted stays as it is, and no process that finds one makes another: it
    reports the problem instead of signing.

    A copy of a database has another ``database.uuid``. It never signs with the keys of
    the original, and makes its own.
    """

    _inherit = "oauth.provider.key"

    is_encrypted = fields.Boolean(
        string="Encrypted",
        readonly=True,
        copy=False,
        help="The private key is encrypted with a key from the configuration of the"
        " server. A copy of the database alone cannot sign with it.",
    )
    database_uuid = fields.Char(
        required=True,
        readonly=True,
        copy=False,
        groups=fields.NO_ACCESS,
        # Only code of the addon makes keys; a person may ask for defaults
        default=lambda self: self.env.su and self._get_database_uuid(),
    )

    @api.model
    def _get_database_uuid(self):
        """Return the identifier of this database (str), which its copies do not have.

        Odoo changes it in a copy, and keeps it where a database is moved or renamed.
        """
        parameters = self.env["ir.config_parameter"].sudo()
        return parameters.get_param("database.uuid") or "unknown"

    def _is_foreign(self):
        """Tell whether this key belongs to the database that this one is a copy of."""
        return self.sudo().database_uuid != self._get_database_uuid()

    # Reading and storing

    @api.private
    def get_private_key(self):
        """Return the private key (str): PEM, or the shared secret of an HS algorithm.

        :raise SigningUnavailableError: where this process cannot decrypt it, or it is
            the key of another database
        """
        self.ensure_one()
        key = self.sudo()
        if key._is_foreign():
            raise SigningUnavailableError(
                self.env._(
                    "The signing key %s belongs to the database that this one is a"
                    " copy of.",
                    key.kid or key.id,
                )
            )
        if not key.is_encrypted:
            return key.private_key
        try:
            return key_encryption.decrypt(key.private_key)
        except key_encryption.MalformedSecretKeyError as error:
            raise self._malformed(error) from error
        except key_encryption.UndecryptableError as error:
            raise SigningUnavailableError(key._get_reason()) from error

    def _get_reason(self):
        """Return why this key cannot be decrypted (str)."""
        if not key_encryption.is_configured():
            return self.env._(
                "The signing key %(key)s is encrypted, and this server has no"
                " %(option)s to decrypt it.",
                key=self.kid or self.id,
                option=key_encryption.OPTION,
            )
        return self.env._(
            "No key in %(option)s of this server decrypts the signing key %(key)s.",
            key=self.kid or self.id,
            option=key_encryption.get_source(),
        )

    @api.model
    def _malformed(self, error):
        """Return the error (SigningUnavailableError) for a malformed configuration.

        :param error: MalformedSecretKeyError
        """
        return SigningUnavailableError(
            self.env._(
                "Key number %(number)s in %(option)s of this server is malformed."
                " Generate one with: odoo-bin oauth_provider_keys generate",
                number=error.position,
                option=key_encryption.get_source(),
            )
        )

    @api.model
    def _seal(self, value, predecessor=None):
        """Return the values (dict) that store the private key ``value`` (str).

        An unencrypted key is followed by another one, until :meth:`encrypt_all` has
        run: else one worker with a stray key would stop all others from signing.

        :param predecessor: key (record) that it takes over from, or None
        :raise SigningUnavailableError: where the configuration is malformed: nothing
            is stored unencrypted by mistake
        """
        plain = {"private_key": value, "is_encrypted": False}
        if not key_encryption.is_configured():
            return plain
        try:
            sealed = key_encryption.encrypt(value)
        except key_encryption.MalformedSecretKeyError as error:
            raise self._malformed(error) from error
        if predecessor and not predecessor.sudo().is_encrypted:
            return plain
        return {"private_key": sealed, "is_encrypted": True}

    @api.model
    @api.private
    def find_unreadable(self, limit=None):
        """Return the keys (records) of this database that cannot be decrypted here.

        Of those that are not retired, the newest first.

        :param limit: how many are tried at most
        """
        keys = self.sudo().search(
            [
                ("is_encrypted", "=", True),
                ("retired_at", "=", False),
                ("database_uuid", "=", self._get_database_uuid()),
            ],
            order="id desc",
            limit=limit,
        )
        return keys.filtered(lambda key: not key._is_readable())

    def _is_readable(self):
        try:
            self.get_private_key()
        except SigningUnavailableError:
            return False
        return True

    @api.model
    def _find_evidence(self, limit=None):
        """Return keys (records) that show that the configuration is not the right one.

        Those that :meth:`find_unreadable` finds, or the newest key if it cannot be
        decrypted: where the only one has been withdrawn, it is all that tells.
        """
        if unreadable := self.find_unreadable(limit):
            return unreadable
        newest = self.sudo().search(
            [("database_uuid", "=", self._get_database_uuid())],
            order="id desc",
            limit=1,
        )
        return newest.filtered(lambda key: not key._is_readable())

    @api.model
    def _check_may_make(self):
        """Refuse to make a key if this process cannot decrypt the existing ones.

        A new key would hide that the configuration is wrong, and the other workers
        could not sign with it.

        :raise SigningUnavailableError: in that case
        """
        if found := self._find_evidence(TRIED):
            found[0].get_private_key()

    # Copies

    @api.model
    @api.private
    def leave_original(self):
        """Replace the keys of the original, if this database is a copy.

        They are neither used nor published any more, and are removed later like other
        old keys.
        """
        now = fields.Datetime.now()
        foreign = self.sudo().search(
            [
                ("database_uuid", "!=", self._get_database_uuid()),
                "|",
                ("retired_at", "=", False),
                ("published_until", ">", now),
            ]
        )
        if not foreign:
            return
        of_database = foreign.filtered(
            lambda key: not key.client_id and not key.retired_at
        )
        algorithms = of_database.mapped("algorithm")
        for key in foreign:
            key.write({"retired_at": key.retired_at or now, "published_until": now})
            key._log_event("left to the original")
        for algorithm in sorted(set(algorithms)):
            try:
                self.ensure(algorithm)
            except SigningUnavailableError as error:
                # The first signature tries again
                _logger.warning("No new signing key for this copy: %s", error)

    # The command

    @api.model
    def _lock_before_storing(self, records):
        """Lock ``records``: keys to be written, or the client that gets a new one.

        Odoo logs each statement that fails, and those that follow hold private keys.

        :raise psycopg2.errors.SerializationFailure: where another transaction has
            changed or deleted one; Odoo runs the request again
        """
        query = SQL(
            "SELECT FROM %s WHERE id = ANY(%s) %s",
            SQL.identifier(records._table),
            records.ids,
            SQL(
                "FOR NO KEY UPDATE" if records._name == self._name else "FOR KEY SHARE"
            ),
        )
        self.env.cr.execute(query, log_exceptions=False)

    @api.model
    @api.private
    def encrypt_all(self):
        """Encrypt every private key with the first configured key.

        If one of the keys in use cannot be decrypted, this is not the configuration of
        the others: all stay as they are. Retired ones sign nothing, and do not matter.

        :return: {"encrypted": keys (records) that were stored unencrypted,
            "rotated": those that another configured key had encrypted,
            "unreadable": those in use that no configured key decrypts}
        :raise SigningUnavailableError: where the configuration is malformed or has none
        """
        if not key_encryption.is_configured():
            raise SigningUnavailableError(
                self.env._(
                    "Set %s in the configuration file of the server first.",
                    key_encryption.OPTION,
                )
            )
        self._check_configuration()
        done = {"encrypted": self.browse(), "rotated": self.browse()}
        done["unreadable"] = self.find_unreadable()
        if done["unreadable"]:
            return done
        keys = self.sudo().search([])  # pylint: disable=no-search-all
        self._lock_before_storing(keys)
        for key in keys:
            if not key.is_encrypted:
                kind, value = "encrypted", key.private_key
            elif key_encryption.is_current(key.private_key):
                continue
            else:
                kind, value = "rotated", key._try_decrypt()
            if value:
                key.write(self._seal(value))
                key._log_event(kind)
                done[kind] |= key
        return done

    @api.model
    @api.private
    def decrypt_all(self):
        """Store every private key unencrypted, for a server without a configured key.

        :return: {"decrypted": keys (records), "unreadable": those in use that stay as
            they are}
        :raise SigningUnavailableError: where the configuration is malformed
        """
        self._check_configuration()
        done = {"decrypted": self.browse(), "unreadable": self.find_unreadable()}
        keys = self.sudo().search([("is_encrypted", "=", True)])
        self._lock_before_storing(keys)
        for key in keys:
            if value := key._try_decrypt():
                key.write({"private_key": value, "is_encrypted": False})
                key._log_event("decrypted")
                done["decrypted"] |= key
        return done

    @api.model
    def _check_configuration(self):
        """Raise SigningUnavailableError where the configuration is malformed."""
        try:
            key_encryption.check()
        except key_encryption.MalformedSecretKeyError as error:
            raise self._malformed(error) from error

    def _try_decrypt(self):
        """Return the private key (str) of this key of any database, or None."""
        try:
            return key_encryption.decrypt(self.private_key)
        except key_encryption.UndecryptableError:
            return None

    @api.model
    @api.private
    def renew(self, only_unreadable=False):
        """Replace signing keys of this database at once.

        Those of the database, and those of clients that cannot be decrypted: a person
        has decided that the configuration of this process is the right one. A replaced
        key stays published until the last token that it signed has expired.

        :param only_unreadable: whether to leave those of the database that can be
            decrypted
        :return: tuple (new keys (records), the clients (records) whose verifiers need
            their new shared secret)
        """
        keys = self.sudo()
        old = keys._find_evidence()
        if not only_unreadable:
            old |= keys.search(
                [
                    ("client_id", "=", False),
                    ("retired_at", "=", False),
                    ("database_uuid", "=", self._get_database_uuid()),
                ]
            )
        new = keys.browse()
        # If a successor is announced already, one new key replaces both
        for (client, algorithm), _keys in old.grouped(
            lambda key: (key.client_id, key.algorithm)
        ).items():
            new |= keys.make(algorithm, client=client, replaces_unreadable=True)
        old.retire()
        shared = new.filtered(lambda key: signing_key.is_symmetric(key.algorithm))
        return new, shared.client_id
