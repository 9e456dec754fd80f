#!/usr/bin/env python3
"""Write NOTICE: whose code is in what we build, under which licence, with the licences' texts.

    notices.py [--check]    --check: only say whether NOTICE is what it should be

Which modules are in a thing is asked of `go list`; their licences are the files that lie in them.
"""
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
NOTICE = ROOT / "NOTICE"
BUILT = (
    ("libgolws-core.so", "./capi", {}),
    ("lws.wasm", "./wasm", {"GOOS": "wasip1", "GOARCH": "wasm"}),
    ("golws-host", "./wasm/host/cmd/golws-host", {}),
)
STANDARD = "Go's standard library and runtime"
SAME = "golang.org/x/sys"  # is under its licence; not every installation of Go has the file
# by a phrase of theirs
KINDS = (("Apache License", "Apache-2.0"), ("MIT License", "MIT"), ("Redistribution and use in source and binary forms", "BSD-3-Clause"))


def go(*args, **environment):
    return subprocess.run(["go", *args], cwd=ROOT, env=dict(os.environ, **environment), capture_output=True, text=True, check=True).stdout


def modules(package, environment):
    """Path to folder, of the modules whose code is in what is built of a package."""
    found = {}
    decoder, text = json.JSONDecoder(), go("list", "-deps", "-json=Module", package, **environment)
    while text := text.lstrip():
        entry, end = decoder.raw_decode(text)
        text = text[end:]
        module = entry.get("Module")
        if module and not module.get("Main"):
            found[module["Path"]] = pathlib.Path(module["Dir"])
    return found


def kind(text):
    # a module may hold code under several; the first named in its file is that of its own
    at = {name: text.find(phrase) for phrase, name in KINDS if phrase in text}
    if not at:
        sys.exit("a licence that is not known; name it in build/notices.py")
    return min(at, key=at.get)


def notice():
    within = {STANDARD: [thing for thing, *_ in BUILT]}
    folders = {}
    for thing, package, environment in BUILT:
        for path, folder in modules(package, environment).items():
            folders[path] = folder
            within.setdefault(path, []).append(thing)
    folders[STANDARD] = folders[SAME]
    licences = {path: (folder / "LICENSE").read_text() for path, folder in folders.items()}
    width = max(map(len, licences))
    lines = [
        "golws is under the MIT licence (LICENSE). What it is built into also holds the code of others. Written by build/notices.py.",
        "libwebsockets.so.21 and the extensions for Python and Perl hold none. The packages for Python and Perl use cffi (MIT-0) and",
        "Future (that of Perl) as their user has installed them.",
        "",
    ]
    for path in sorted(licences):
        lines.append(f"{path:<{width}}  {kind(licences[path]):<12}  in {', '.join(within[path])}")
    texts = {}
    for path in sorted(licences):
        texts.setdefault(licences[path].strip("\n"), []).append(path)
    for text, paths in texts.items():
        lines += ["", "-" * 80, *paths]
        for path in paths:
            if (folders[path] / "NOTICE").exists():
                lines += ["", (folders[path] / "NOTICE").read_text().strip("\n")]
        lines += ["", *(line.rstrip() for line in text.splitlines())]
    return "\n".join(lines) + "\n"


def main():
    text = notice()
    if "--check" in sys.argv[1:]:
        if not NOTICE.exists() or NOTICE.read_text() != text:
            sys.exit("NOTICE is not what build/notices.py writes: run it")
    else:
        NOTICE.write_text(text)


if __name__ == "__main__":
    main()
