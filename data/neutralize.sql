-- A copy must not sign in the name of the original, nor be used with its tokens
-- Digests of secrets stay: they are worth nothing until somebody activates the client
UPDATE oauth_provider_client SET active = false;
UPDATE oauth_provider_resource SET active = false;
UPDATE oauth_provider_grant SET revoked_at = now() AT TIME ZONE 'UTC'
    WHERE revoked_at IS NULL;
UPDATE oauth_provider_authorization_code SET revoked_at = now() AT TIME ZONE 'UTC'
    WHERE revoked_at IS NULL;
UPDATE oauth_provider_refresh_token SET revoked_at = now() AT TIME ZONE 'UTC'
    WHERE revoked_at IS NULL;
UPDATE oauth_provider_token SET revoked_at = now() AT TIME ZONE 'UTC'
    WHERE revoked_at IS NULL;
DELETE FROM oauth_provider_logout;
DELETE FROM oauth_provider_key;
DELETE FROM ir_config_parameter
    WHERE key IN ('oauth_provider.issuer', 'oauth_provider.former_issuers');
-- The check-up tells when web.base.url makes the copy use the issuer of the original
UPDATE ir_config_parameter SET value = 'neutralized ' || split_part(value, ' ', 2)
    WHERE key = 'oauth_provider.issuer_owner';
-- What was accepted for the original has to be decided again
DELETE FROM oauth_provider_dismissal;
DELETE FROM oauth_provider_reminder;
DELETE FROM ir_config_parameter WHERE key = 'oauth_provider.checkup';
