"""The command line: one file per group of commands.

Exit codes: 0 done or nothing to do, 1 failed, 2 bad usage or input, 3 partly failed, 4 conflict, 130 interrupted.
"""
