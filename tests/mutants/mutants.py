"""Builds a copy of the tree with every mutant of mutants.toml in it, and lets the property of
tests/e2e/tests/ledger look for each. A mutant that it does not find is a failure."""

import json
import os
import re
import subprocess
import sys
import time
import tomllib
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
COPY = ROOT / ".tools" / "mutants" / "tree"
# Stories that a mutant may take until it is found, and seconds.
SEEDS, PATIENCE = 400, 240
# Stories that the copy must pass while no mutant is awake.
SOUND = 40


def changed(text, change, name):
    """The text with one change; the place must be there exactly once."""
    find, put = change["find"], change["put"]
    if text.count(find) != 1:
        sys.exit(f"mutants.toml: {name}: {change['file']} has its place {text.count(find)} times")
    return text.replace(find, put)


def sources():
    """Every file of the tree, as it lies here, that Cargo or a test may read."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True).stdout
    return [name for name in names.decode().split("\0") if name and (ROOT / name).is_file()]


def write_copy(changes):
    """Only what differs is written, so that a second run builds little."""
    wanted = sources()
    for name in wanted:
        content = (ROOT / name).read_bytes()
        if name in changes:
            text = content.decode()
            for label, change in changes[name]:
                text = changed(text, change, label)
            content = text.encode()
        to = COPY / name
        if not to.is_file() or to.read_bytes() != content:
            to.parent.mkdir(parents=True, exist_ok=True)
            to.write_bytes(content)
    missing = set(changes) - set(wanted)
    if missing:
        sys.exit(f"mutants.toml: no such file: {', '.join(sorted(missing))}")
    for old in COPY.rglob("*.rs"):
        if str(old.relative_to(COPY)) not in wanted:
            old.unlink()


def build():
    """The property's program. What is compiled of others' crates is shared with the tree's own builds; what is
    finished lies apart, so that no mutant is ever taken for the product."""
    shared = os.environ.get("CARGO_TARGET_DIR", str(ROOT / "target"))
    apart = {"CARGO_TARGET_DIR": str(COPY.parent / "finished"), "CARGO_BUILD_BUILD_DIR": shared}
    command = "cargo test --workspace --locked --test ledger --no-run --message-format=json-render-diagnostics".split()
    built = subprocess.run(
        command, cwd=COPY, env=os.environ | apart, stdout=subprocess.PIPE, text=True
    )
    if built.returncode != 0:
        sys.exit("the copy with the mutants in it was not built")
    messages = [json.loads(line) for line in built.stdout.splitlines() if line.startswith("{")]
    programs = [one["executable"] for one in messages if one.get("executable")]
    return programs[-1]


def play(program, mutant, seeds):
    """What the property says: whether it held, and the first story in which it did not."""
    env = os.environ | {"HALITE_MUTANT": mutant, "HALITE_SEEDS": str(seeds)}
    command = [program, "the_ledger_is_salt_edges_whatever_goes_wrong", "--nocapture"]
    try:
        played = subprocess.run(
            command, cwd=COPY / "tests" / "e2e", env=env, capture_output=True, text=True,
            timeout=PATIENCE,
        )
    except subprocess.TimeoutExpired:
        return None, "it did not come to its end"
    said = played.stdout + played.stderr
    # A story that broke, not a program that could not run.
    story = re.search(r"^(seed \d+: step \d+: .*)$", said, re.MULTILINE)
    return played.returncode == 0, story and story.group(1)


def main():
    told = tomllib.loads((HERE / "mutants.toml").read_text())
    mutants = told["mutant"]
    changes = {}
    for label, change in [("switch", told["switch"])] + [(one["name"], one) for one in mutants]:
        changes.setdefault(change["file"], []).append((label, change))
    begun = time.monotonic()
    write_copy(changes)
    program = build()
    print(f"built in {time.monotonic() - begun:.0f} s", flush=True)
    passed = failed = 0

    def note(well, line):
        nonlocal passed, failed
        passed, failed = passed + well, failed + (not well)
        print(("ok      " if well else "FAILED  ") + line, flush=True)

    held, story = play(program, "none", SOUND)
    note(held is True, f"no mutant awake: {story or 'the ledger holds'}")
    for one in mutants:
        begun = time.monotonic()
        held, story = play(program, one["name"], SEEDS)
        caught = held is False and story is not None
        took = f"{time.monotonic() - begun:.0f} s"
        note(caught, f"{one['name']} ({one['breaks']}): {story or 'not found'}, {took}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
