# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from . import account
from . import authorize
from . import content
from . import errors
from . import info
from . import json2
from . import logout
from . import metadata
from . import openapi
from . import picture
from . import recipe
from . import token
from . import trial
