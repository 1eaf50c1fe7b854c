# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from .models.errors import MODELS

_FUNCTION = """
CREATE OR REPLACE FUNCTION oauth_errors_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.error_trigger = 'refused' THEN
        RAISE EXCEPTION 'The trigger refuses %', NEW;
    END IF;
    RETURN NULL;
END $$;
CREATE TABLE oauth_errors_target (code varchar PRIMARY KEY);
"""
_LATER = "DEFERRABLE INITIALLY DEFERRED"
_LINK = "REFERENCES oauth_errors_target (code)"
_CONSTRAINTS = f"""
UPDATE {{table}} SET error_required = 'given';
ALTER TABLE {{table}}
    ALTER error_required SET NOT NULL,
    ADD CHECK (error_checked <> 'refused'),
    ADD UNIQUE (error_unique),
    ADD EXCLUDE USING btree (error_slot WITH =),
    ADD FOREIGN KEY (error_link) {_LINK},
    ADD UNIQUE (error_unique_later) {_LATER},
    ADD EXCLUDE USING btree (error_slot_later WITH =) {_LATER},
    ADD FOREIGN KEY (error_link_later) {_LINK} {_LATER};
CREATE CONSTRAINT TRIGGER oauth_errors AFTER INSERT OR UPDATE ON {{table}}
    {_LATER} FOR EACH ROW EXECUTE FUNCTION oauth_errors_refuse();
"""


def post_init_hook(env):
    """Add to the tables what Odoo's own do not have, or not with every model."""
    env.cr.execute(_FUNCTION)
    for model in MODELS:
        env.cr.execute(_CONSTRAINTS.format(table=env[model]._table))
