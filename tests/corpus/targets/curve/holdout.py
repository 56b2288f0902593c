"""Another curve of the same length."""

import workload as shown


def setup():
    shown.setup(seed=11)


def workload():
    return shown.workload()
