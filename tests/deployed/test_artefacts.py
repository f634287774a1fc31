"""What is shipped: its size, and whether Amazon Linux 2023 can load it."""
import artefacts
import stack
from conftest import TABLE

# A package is fetched and unpacked at a cold start. 3.5 MB as AWS counts them, in 1024s.
LARGEST_ZIP = 7 * 1024 * 1024 // 2
# Amazon Linux 2023.
GLIBC = (2, 34)
# What Rust marks its own unwinding exceptions with; a program that aborts on a panic has no use for it.
UNWINDS = b"MOZ\0RUST"


def test_packages_are_small(built):
    sizes = {name: len(stack.zipped(at)) for name, at in artefacts.bootstraps(built).items()}
    TABLE.append("zip, bytes: " + " · ".join(f"{name} {size:,}" for name, size in sizes.items()))
    assert len(sizes) == 6
    assert {name: size for name, size in sizes.items() if size > LARGEST_ZIP} == {}


def test_programs_load_on_amazon_linux_2023(built):
    newest = {name: artefacts.glibc(at) for name, at in artefacts.bootstraps(built).items()}
    TABLE.append("newest glibc symbol: " + " · ".join(f"{name} {a}.{b}" for name, (a, b) in newest.items()))
    assert {name: version for name, version in newest.items() if version > GLIBC} == {}


def test_a_panic_unwinds(built):
    """It costs one invocation. A program that aborts takes its environment along, and with it the next cold start."""
    aborts = [name for name, at in artefacts.bootstraps(built).items() if UNWINDS not in at.read_bytes()]
    assert aborts == []
