"""What our own secrets look like, for detect-secrets, which loads this file by its path; nothing here imports it."""

import re

from detect_secrets.plugins.base import RegexBasedDetector


class ApiKeyDetector(RegexBasedDetector):
    """An API key of a gateway."""

    secret_type = "Pledgebook API key"  # noqa: S105  # the name of a pattern  # pragma: allowlist secret
    denylist = (re.compile(r"pbk_[0-9a-f]{16}_[0-9a-f]{64}"),)
