"""Section `storage` of the configuration, as the tests of this folder need it."""

import config


def storage_settings(**changes):
    """The default settings with `changes`; asked for OSS, the stand-in's bucket and credential."""
    settings = {
        "backend": "local",
        "oss_bucket": "test-bucket",
        "oss_region": "cn-hangzhou",
        "oss_key_id": "test-id",
        "oss_key_secret": "test-secret",
    }
    return config.Storage(**{**settings, **changes})
