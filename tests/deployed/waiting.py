"""Waiting for a condition, never for a time."""
import time


def until(what: str, condition, seconds: float):
    """The first true value of `condition`."""
    end = time.monotonic() + seconds
    while True:
        if value := condition():
            return value
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {seconds:.0f} s")
        time.sleep(0.05)
