"""What surrounds the flows on a Prefect server. None of these processes reports its use to Prefect's maker."""

import os

os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
