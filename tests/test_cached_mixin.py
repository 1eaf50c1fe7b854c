# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a process caches of clients, keys and users, in transactions that commit."""

from odoo.tests import new_test_user, tagged

from .common import CommittedCase


@tagged("post_install", "-at_install")
class TestCachedMixin(CommittedCase):
    def setUp(self):
        super().setUp()
        with self.transaction() as env:
            events = env["oauth.provider.event"]
            self.last_event = events.search([], limit=1).id or 0
            client = env["oauth.provider.client"].create(
                {"name": "Kept", "application_type": "legacy application"}
            )
            self.key_id = env["oauth.provider.key"].make("RS256").id
            env.cr.commit()
            self.client_id = client.id
        self.addCleanup(self.remove)

    def remove(self):
        with self.transaction() as env:
            env["oauth.provider.client"].browse(self.client_id).unlink()
            env["oauth.provider.key"].search([("id", ">=", self.key_id)]).unlink()
            env.cr.execute(
                "DELETE FROM oauth_provider_event WHERE id > %s", (self.last_event,)
            )
            env.cr.commit()

    def is_active(self):
        with self.transaction() as env:
            return env["oauth.provider.client"].browse(self.client_id).prefetch().active

    def test_an_old_snapshot_leaves_nothing_behind(self):
        with self.transaction() as earlier:
            earlier.cr.execute("SELECT 1")
            with self.transaction() as env:
                env["oauth.provider.client"].browse(self.client_id).active = False
                env.cr.commit()
            # What it sees is right for it, and for nobody who comes later
            client = earlier["oauth.provider.client"].browse(self.client_id)
            self.assertTrue(client.prefetch().active)
        self.assertFalse(self.is_active())

    def test_it_is_kept_without_a_query(self):
        self.assertTrue(self.is_active())
        with self.transaction() as env:
            before = env.cr.sql_log_count
            client = env["oauth.provider.client"].browse(self.client_id)
            self.assertTrue(client.prefetch().active)
            self.assertEqual(env.cr.sql_log_count, before)

    def test_an_old_snapshot_does_not_undo_what_another_process_has_signaled(self):
        registry = self.env.registry
        with self.transaction() as earlier:
            earlier.cr.execute("SELECT 1")
            state = registry.registry_sequence, dict(registry.cache_sequences)
            self.patch(registry, "get_sequences", lambda _cr: state)
            with self.transaction() as other:
                other.cr.execute(
                    "UPDATE oauth_provider_client SET active = FALSE WHERE id = %s",
                    (self.client_id,),
                )
                other.cr.commit()
            # As Odoo does on the next request of this process
            registry.clear_cache()
            registry.cache_sequences["default"] += 1
            client = earlier["oauth.provider.client"].browse(self.client_id)
            self.assertTrue(client.prefetch().active)
        self.assertFalse(self.is_active())

    def test_what_is_rolled_back_is_not_kept(self):
        with self.transaction() as env:
            client = env["oauth.provider.client"].browse(self.client_id)
            client.active = False
            env.flush_all()
            env.invalidate_all()
            self.assertFalse(client.prefetch().active)
            self.assertTrue(self.is_active())
            env.cr.rollback()
        self.assertTrue(self.is_active())

    def test_an_old_snapshot_keeps_no_key_signing(self):
        keys = "oauth.provider.key"
        with self.transaction() as earlier:
            earlier.cr.execute("SELECT 1")
            with self.transaction() as env:
                env[keys].browse(self.key_id).action_withdraw()
                env.cr.commit()
            earlier[keys].find_signing("RS256")
            earlier[keys].get_published_jwks()
        with self.transaction() as env:
            self.assertNotEqual(env[keys].find_signing("RS256").id, self.key_id)
            kid = env[keys].browse(self.key_id).kid
            published = [jwk["kid"] for jwk in env[keys].get_published_jwks()]
            self.assertNotIn(kid, published)

    def test_an_old_snapshot_keeps_no_user_alive(self):
        with self.transaction() as env:
            user_id = new_test_user(env, "oauth_kept", "base.group_user").id
            env.cr.commit()
        self.addCleanup(self.remove_user, user_id)
        with self.transaction() as earlier:
            earlier.cr.execute("SELECT 1")
            with self.transaction() as env:
                env["res.users"].browse(user_id).active = False
                env.cr.commit()
            user = earlier["res.users"].browse(user_id)
            self.assertTrue(user.oauth_prefetch().active)
        with self.transaction() as env:
            self.assertFalse(env["res.users"].browse(user_id).oauth_prefetch().active)

    def remove_user(self, user_id):
        with self.transaction() as env:
            user = env["res.users"].browse(user_id)
            partner = user.partner_id
            user.unlink()
            partner.unlink()
            env.cr.commit()
