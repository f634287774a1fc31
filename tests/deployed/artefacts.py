"""The six packages, built by `sam build` as a user builds them."""
import re
import subprocess
from pathlib import Path

import template
from template import ROOT

BUILT = ROOT / ".aws-sam/build"
# The packages of x86_64: what this machine can run. `-arm64` differs in the target only.
ARCHITECTURE = "x86_64"


def build() -> Path:
    """`sam build`, with the program that SAM takes from PATH. Cargo's one target folder makes it quick when repeated."""
    command = ["sam", "build", "--config-env", "prod", "--parameter-overrides", f"Architecture={ARCHITECTURE}"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert ended.returncode == 0, f"sam build failed:\n{ended.stdout[-3000:]}{ended.stderr[-3000:]}"
    return BUILT


def bootstraps(built: Path) -> dict:
    """Function to the program that is shipped."""
    resources = template.read(built / "template.yaml")["Resources"]
    return {name: built / at["Properties"]["CodeUri"] / "bootstrap"
            for name, at in resources.items() if at["Type"] == "AWS::Serverless::Function"}


def glibc(bootstrap: Path) -> tuple:
    """The newest version of glibc that the program asks its machine for, as (2, 28)."""
    versions = re.findall(rb"GLIBC_(\d+)\.(\d+)", bootstrap.read_bytes())
    return max((int(major), int(minor)) for major, minor in versions)
