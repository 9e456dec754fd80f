"""The public headers as cffi reads them: what the preprocessor leaves of them, without bodies and attributes."""
import re
import subprocess

# What the headers take from the system. cffi asks the compiler for sizes and signs.
SYSTEM = """
typedef int... socklen_t;
typedef int... uid_t;
typedef int... gid_t;
typedef int... time_t;
typedef int... mode_t;
typedef int... suseconds_t;
typedef int... pthread_t;
typedef struct { ...; } pthread_mutex_t;
typedef struct { ...; } siginfo_t;
struct sockaddr_in { ...; };
struct sockaddr_in6 { ...; };
struct sockaddr_storage { ...; };
struct sockaddr;
struct pollfd { int fd; short events; short revents; };
"""


def preprocessed(include):
    out = subprocess.run(["cc", "-E", "-I", str(include), "-"], input="#include <libwebsockets/golws.h>\n",
                         capture_output=True, text=True, check=True).stdout
    kept, ours = [], False
    for line in out.splitlines():
        mark = re.match(r'# \d+ "(.*?)"', line)
        if mark:
            ours = "libwebsockets" in mark[1] or mark[1].endswith("lws_config.h")
        elif ours and line.strip():
            kept.append(line)
    return "\n".join(kept)


def balanced(text, start, opening, closing):
    """The index behind the bracket that closes the one at start."""
    depth = 0
    for i in range(start, len(text)):
        depth += (text[i] == opening) - (text[i] == closing)
        if not depth:
            return i + 1
    raise ValueError("unbalanced " + opening)


def without_attributes(text):
    while (m := re.search(r"__attribute__\s*\(", text)):
        text = text[:m.start()] + text[balanced(text, m.end() - 1, "(", ")"):]
    return text


def without_bodies(text):
    """Inline functions become prototypes."""
    while (m := re.search(r"static inline ", text)):
        brace = text.index("{", m.end())
        text = text[:m.start()] + text[m.end():brace].rstrip() + ";" + text[balanced(text, brace, "{", "}"):]
    return text


def constants(include):
    """#define NAME (number or flags): cffi asks the compiler for the value."""
    found = {}
    for header in sorted(include.glob("**/*.h")):
        if header.name == "lws_config.h" or header.parent.name == "libwebsockets" or header.name == "libwebsockets.h":
            for name, value in re.findall(r"^#define (LWS\w*|LLL_\w+|LCCSCF_\w+|CONTEXT_\w+)\s+(\S[^\n]*?)\s*(?:/\*.*)?$", header.read_text(), re.M):
                if re.fullmatch(r"[\s()|<0-9a-fA-FxuUlL+-]+", value) and re.search(r"\d", value):
                    found[name] = value
    return found


def cdef(include):
    text = without_bodies(without_attributes(preprocessed(include)))
    text = re.sub(r"__extension__|_Noreturn|\bextern\b", "", text)
    text = re.sub(r"^(\s*const \w+ humanize)", r"extern \1", text, flags=re.M)
    # variadic and va_list functions are for C
    text = re.sub(r"^[^;{}]*\bva_list\b[^;{}]*;", "", text, flags=re.M)
    text = re.sub(r"(?:^|(?<=;))[^;{}]*\([^;{}]*\.\.\.\s*\)\s*;", "", text)
    text = re.sub(r"\[[^\]\d][^\]]*\]", "[...]", text)  # sizes that are expressions
    defines = "".join(f"#define {name} ...\n" for name in constants(include))
    return SYSTEM + text + "\n" + defines


if __name__ == "__main__":
    import pathlib
    import sys
    print(cdef(pathlib.Path(sys.argv[1])))
