"""What stands around the flows on a Prefect server. None of these processes tells Prefect's maker of its use."""

import os

os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
