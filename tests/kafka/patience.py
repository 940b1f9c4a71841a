"""On a busy machine an answer may take longer than a call: what may be said twice is said again."""
import time

import grpc

EVENTUALLY = 240
PASSING = (grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.UNAVAILABLE)


def patiently(call):
    """The answer of `call()`, which is made again while the deadline passes first or nobody answers."""
    until = time.monotonic() + EVENTUALLY
    while True:
        try:
            return call()
        except grpc.RpcError as error:
            if error.code() not in PASSING or time.monotonic() > until:
                raise
