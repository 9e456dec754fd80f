#!/usr/bin/env python3
"""Hold the documents to what they say: run the programs they print, as printed but for the port, and look up their links,
the files they name and the targets of make.

    docs.py

Needs what `make build perl python js` leaves in build/out. 'N passed, N failed' at the end.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from listening import Listening, free_port

ROOT = pathlib.Path(__file__).resolve().parent.parent
OUT = ROOT / "build/out"
PAGES = [p for p in sorted(ROOT.glob("*.md")) + sorted(ROOT.glob("docs/*.md")) + sorted(ROOT.glob("bindings/*/README.md")) + [ROOT / "wasm/ABI.md", ROOT / "examples/README.md"]]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)


def block(page, language, beginning):
    """The one block of a page in this language that has a line with this beginning, on a port that is free."""
    found = [text for kind, text in FENCE.findall((ROOT / page).read_text()) if kind == language and re.search("^" + re.escape(beginning), text, re.M)]
    if len(found) != 1:
        raise RuntimeError(f"{len(found)} blocks of {language} with {beginning!r}")
    port = free_port()
    return re.sub(r"\b(7681|8765)\b", str(port), found[0]), port


def run(*command, seconds=60, cwd=ROOT, **environment):
    p = subprocess.run([str(c) for c in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", timeout=seconds,
                       cwd=cwd, env=dict(os.environ, **environment))
    if p.returncode:
        raise RuntimeError(f"{command[0]} ended with {p.returncode}: {p.stdout[-2000:]}")
    return p.stdout


def echoes(port):
    said = run(OUT / "examples/ws-client", port, 3, "echo")
    if said.count("received: message") != 3:
        raise RuntimeError(f"not three echoes: {said}")


def contains(said, *wanted):
    for text in wanted:
        if text not in said:
            raise RuntimeError(f"{text!r} is not in what it says: {said}")


def c_readme(folder):
    text, port = block("README.md", "c", "int main")
    (folder / "echo.c").write_text(text)
    lines, _ = block("README.md", "sh", "cc echo.c")
    export, compiling, running, _ = lines.splitlines()	# the last is what echoes() does
    (folder / "build").symlink_to(ROOT / "build")
    run("bash", "-ec", f"{export}\n{compiling} -Wall -Wextra -Wno-unused-parameter -Wconversion -Werror", cwd=folder)
    with Listening(port, "bash", "-ec", f"{export}\nexec {running.removesuffix(' &')}", cwd=folder, stderr=subprocess.DEVNULL):
        echoes(port)


def go_page(folder):
    text, port = block("docs/go.md", "go", "func main()")
    (folder / "echo.go").write_text(text)
    run("go", "build", "-o", folder / "echo-go", folder / "echo.go")
    with Listening(port, folder / "echo-go", stderr=subprocess.DEVNULL):
        echoes(port)


# what stands around the pieces of C in docs/hosting.md, by how they begin
LOOPS = "static struct lws_context_creation_info info; static struct lws_context *context; int main(void) {\n"
FRAMES = {
    "#include <libwebsockets/golws.h>": (
        "static struct lws_context_creation_info info; static volatile int stop; static int my_descriptor; void my_work(void); int main(void) {\n", "}"),
    "uv_loop_t loop;": ("#include <uv.h>\n" + LOOPS, "}"),
    "GMainLoop *loop": ("#include <glib.h>\n" + LOOPS, "}"),
    "static int add(struct lws *wsi)": (
        "struct loop *loop_of(struct lws *wsi); int my_loop_add(struct loop *l, int fd); static struct lws_context *context;"
        "void my_loop_change(struct loop *l, int fd, unsigned on, unsigned read, unsigned write);\n",
        "const struct lws_event_loop_ops ops = { .sock_accept = add, .io = io }; void (*const ready)(int, short) = my_loop_is_ready;"),
    "case LWS_CALLBACK_ADD_POLL_FD:": (
        "static struct pollfd fds[9]; static unsigned count, i; static volatile int stop; static struct lws_context *context;"
        "int f(enum lws_callback_reasons reason, struct lws_pollargs *args); int f(enum lws_callback_reasons reason, struct lws_pollargs *args) {"
        "switch (reason) { default: break;\n", "}"),
}


def c_hosting(folder):
    pieces = [text for kind, text in FENCE.findall((ROOT / "docs/hosting.md").read_text()) if kind == "c"]
    for piece in pieces:
        before, after = next((frame for start, frame in FRAMES.items() if piece.startswith(start)), (None, None))
        if before is None:
            raise RuntimeError(f"no frame for the piece that begins {piece[:60]!r}")
        includes = "".join(re.findall(r"^#include .*\n", piece, re.M))
        text = re.sub(r"^#include .*\n", "", piece, flags=re.M)
        if before.rstrip().endswith("break;"):
            text = text.replace("\nwhile", "\n}\nwhile", 1) + "\treturn 0;\n"
        (folder / "piece.c").write_text(f"#include <libwebsockets.h>\n#include <poll.h>\n{includes}{before}{text}{after}\n")
        flags = run("pkg-config", "--cflags", "libwebsockets", "glib-2.0", PKG_CONFIG_PATH=str(OUT)).split()
        run("cc", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", folder / "piece.c", *flags)
    if len(pieces) != len(FRAMES):
        raise RuntimeError(f"{len(pieces)} pieces, {len(FRAMES)} frames")


def python_readme(folder):
    text, _ = block("bindings/python/README.md", "python", "asyncio.run(main())")
    (folder / "echo.py").write_text(text)
    contains(run(OUT / "venv-python/bin/python", folder / "echo.py"), "hello")


def python_low_level(folder):
    text, port = block("docs/python.md", "python", "from golws import lowlevel as lws")
    (folder / "low.py").write_text("import time\n" + text)
    with Listening(port, OUT / "venv-python/bin/python", folder / "low.py"):
        echoes(port)


def perl_pages(folder):
    server, port = block("docs/perl.md", "perl", "my $server = ")
    client, other = block("docs/perl.md", "perl", "Net::Golws::connect(")
    (folder / "server.pl").write_text(server)
    (folder / "client.pl").write_text(client.replace(str(other), str(port)))
    with Listening(port, "perl", f"-Mblib={OUT}/perl", folder / "server.pl"):
        contains(run("perl", f"-Mblib={OUT}/perl", folder / "client.pl"), "hello", "closed: 1000 thanks")


def javascript(page, beginning):
    def attempt(folder):
        text, _ = block(page, "js", beginning)
        (folder / "node_modules").mkdir(exist_ok=True)
        link = folder / "node_modules/golws"
        if not link.is_symlink():
            link.symlink_to(ROOT / "bindings/js")
        (folder / "page.mjs").write_text(text)
        contains(run("node", folder / "page.mjs"), "hello")
    return attempt


def examples_listed(_):
    page = (ROOT / "examples/README.md").read_text()
    folder = ROOT / "examples"
    there = [*folder.glob("c/*.c"), *folder.glob("go/*/main.go"), *folder.glob("python/*.py"), *folder.glob("perl/*.pl"), *folder.glob("js/*.mjs")]
    absent = [str(p.relative_to(folder)) for p in there if f"({p.relative_to(folder)})" not in page]
    long = [str(p.relative_to(folder)) for p in there if len(p.read_text().splitlines()) >= 150]
    if absent or long:
        raise RuntimeError(f"not in examples/README.md: {absent}; not under 150 lines: {long}")


def example_pair(server, client):
    """A server and a client of examples/, run as examples/README.md says, with each other; the server with a C client too."""
    def attempt(folder):
        lines = dict(re.findall(r"^\| \[(\S+)\]\(\S+\) \|.*\| `(.*)` \|$", (ROOT / "examples/README.md").read_text(), re.M))
        port = free_port()
        for source in (server, client):
            if source.endswith(".mjs"):
                install = re.search(r"`npm (install .*?)`", (ROOT / "examples/README.md").read_text())[1]
                shutil.copy(ROOT / "examples/js" / source, folder)
                run("npm", *install.replace("examples/js", str(folder)).split(), "--silent", "--no-audit", "--no-fund")
        def command(name):
            return lines[name].replace("7681", str(port)).replace("examples/js", str(folder)).split()
        with Listening(port, *command(server), port, cwd=ROOT):
            echoes(port)
            run(*command(client))
    return attempt


def links(_):
    for page in PAGES:
        text = FENCE.sub("", page.read_text())
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            if re.match(r"[a-z]+:", target):
                continue
            file, _, anchor = target.partition("#")
            there = (page.parent / file).resolve() if file else page
            if not there.exists():
                raise RuntimeError(f"{page.relative_to(ROOT)}: there is no {file}")
            if anchor and anchor not in anchors(there):
                raise RuntimeError(f"{page.relative_to(ROOT)}: {there.name} has no heading {anchor}")


def anchors(page):
    heads = re.findall(r"^#+ (.*)$", FENCE.sub("", page.read_text()), re.M)
    return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in heads}


def targets(_):
    known = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.M))
    for page in PAGES:
        text = page.read_text()
        named = re.findall(r"`make ([a-z -]+)", text)
        for _, code in FENCE.findall(text):
            named += re.findall(r"^make ([a-z-]+)", code, re.M)
        absent = {t for words in named for t in words.split()} - known
        if absent:
            raise RuntimeError(f"{page.relative_to(ROOT)}: make has no {' '.join(sorted(absent))}")


def files(_):
    """Paths in `…` that begin with a folder of ours."""
    for page in PAGES:
        for name in re.findall(r"`((?:build|capi|core|wasm|bindings|examples|docs|bench|include)/[\w./-]+)`", page.read_text()):
            if not name.startswith("build/out/") and not any((folder / name).exists() for folder in (ROOT, page.parent)):
                raise RuntimeError(f"{page.relative_to(ROOT)}: there is no {name}")


def main():
    failed = passed = 0
    for title, attempt in (
        ("links", links), ("examples are listed", examples_listed), ("files", files), ("targets of make", targets),
        ("README.md: C", c_readme), ("docs/hosting.md: C", c_hosting), ("docs/go.md", go_page),
        ("bindings/python/README.md", python_readme), ("docs/python.md: low level", python_low_level),
        ("docs/perl.md: client and server", perl_pages),
        ("bindings/js/README.md", javascript("bindings/js/README.md", "import { WebSocket, serve }")),
        ("docs/wasm.md: Node", javascript("docs/wasm.md", "import { WebSocket, serve }")),
        ("docs/wasm.md: in memory", javascript("docs/wasm.md", "import { createServer }")),
        ("examples: Python", example_pair("ws_server.py", "ws_client.py")),
        ("examples: Perl", example_pair("echo-server.pl", "ws-client.pl")),
        ("examples: JavaScript", example_pair("ws-echo.mjs", "ws-client.mjs")),
    ):
        with tempfile.TemporaryDirectory() as folder:
            try:
                attempt(pathlib.Path(folder))
                print(f"ok   {title}", flush=True)
                passed += 1
            except (OSError, RuntimeError, subprocess.SubprocessError) as e:
                print(f"FAIL {title}: {e}", flush=True)
                failed += 1
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
