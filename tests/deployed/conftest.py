"""What the tests share: one build, one emulator, one stack that is set up; and the figures at the end."""
import time

import pytest

import artefacts
import template
from emulator import Emulator
from issuer import Issuer
from salt_edge import SaltEdge
from stack import Stack
from world import World

TIMES = {}
TABLE = []


class timed:
    """`with timed("build")`: seconds for the report."""

    def __init__(self, what: str):
        self.what = what

    def __enter__(self):
        self.began = time.monotonic()

    def __exit__(self, *_):
        TIMES[self.what] = time.monotonic() - self.began


@pytest.fixture(scope="session")
def built():
    with timed("sam build"):
        return artefacts.build()


@pytest.fixture(scope="session")
def emulator(tmp_path_factory, built):
    with Emulator(tmp_path_factory.mktemp("aws")) as running:
        yield running


@pytest.fixture(scope="session")
def issuer():
    with Issuer() as running:
        yield running


@pytest.fixture(scope="session")
def world(emulator, issuer, built):
    """The stack of `sam deploy --config-env prod`, set up."""
    with SaltEdge(f"{emulator.api_url}/hooks/saltedge") as salt_edge:
        stack = Stack(emulator, template.stack_name("prod"), built)
        yield World(emulator, stack, salt_edge, issuer, template.parameters("prod")).set_up(timed)


def pytest_terminal_summary(terminalreporter):
    for line in TABLE:
        terminalreporter.write_line(line)
    terminalreporter.write_line(" · ".join(f"{what} {seconds:.1f} s" for what, seconds in TIMES.items()))
