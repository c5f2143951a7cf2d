"""Sleep in a process with a shifted clock: libfaketime refuses the call that Python's own ``time.sleep`` makes."""

import threading
import time


def sleep(seconds: float) -> None:
    threading.Event().wait(seconds)


time.sleep = sleep
