"""An account: what the self-test measures of it, and the profile that it leaves."""
