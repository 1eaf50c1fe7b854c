-- A copy must not sign in the name of the original, nor be used with its tokens
-- Digests of secrets stay: they are worth nothing until somebody activates the client
UPDATE oauth_provider_client SET active = false;
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
