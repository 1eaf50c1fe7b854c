# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from . import test_account
from . import test_bad_input
from . import test_browser
from . import test_checkup
from . import test_client_authentication
from . import test_cors
from . import test_data
from . import test_grants
from . import test_interaction
from . import test_introspection
from . import test_json2
from . import test_json2_write
from . import test_jwt
from . import test_keys
from . import test_log
from . import test_logout
from . import test_metadata
from . import test_migration
from . import test_models
from . import test_openid
from . import test_otherinfo
from . import test_policy
from . import test_recipe
from . import test_refresh
from . import test_resource
from . import test_security
