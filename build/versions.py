#!/usr/bin/env python3
"""Say whether the packages that have to spell their version spell what the file VERSION has. The wheel reads it."""
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
JS = ROOT / "bindings/js"


def decimal(version):
    """Perl's number for a version: 0.1.0 is 0.001000."""
    major, *rest = map(int, version.split("."))
    return float(f"{major}." + "".join(f"{n:03}" for n in rest))


def main():
    version = (ROOT / "VERSION").read_text().strip()
    lock = json.loads((JS / "package-lock.json").read_text())
    perl = re.search(r"^our \$VERSION = '([\d.]+)';", (ROOT / "bindings/perl/lib/Net/Golws.pm").read_text(), re.M)[1]
    wrong = [f"{where} says {says}" for where, says, right in (
        ("bindings/js/package.json", json.loads((JS / "package.json").read_text())["version"], version),
        ("bindings/js/package-lock.json", lock["version"], version),
        ("bindings/js/package-lock.json, packages", lock["packages"][""]["version"], version),
        ("bindings/perl/lib/Net/Golws.pm", float(perl), decimal(version)),
    ) if says != right]
    for line in wrong:
        print(f"{line}, and VERSION says {version}")
    sys.exit(1 if wrong else 0)


main()
