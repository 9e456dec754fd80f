#!/usr/bin/env python3
"""Writes src/constants.ts from the C headers: constants.py > src/constants.ts"""
import pathlib
import re

INCLUDE = pathlib.Path(__file__).resolve().parents[2] / "include"
TEXT = re.sub(r"/\*.*?\*/", "", "\n".join(p.read_text() for p in sorted(INCLUDE.rglob("*.h"))), flags=re.S)
TABLES = [
    ("Reason", "Why a protocol's callback is called (LWS_CALLBACK_…).", r"LWS_CALLBACK_([A-Z][A-Z0-9_]*)\s*=\s*(\d+)", "(MQTT|RAW_PROXY|CGI|OPENSSL|SSL|VHOST_CERT)"),
    ("Write", "What lws_write sends (LWS_WRITE_…).", r"LWS_WRITE_([A-Z][A-Z0-9_]*)\s*=\s*(0x[0-9a-f]+|\d+)", "(H2|BUFLIST)"),
    ("CloseStatus", "Close codes (LWS_CLOSE_STATUS_…).", r"LWS_CLOSE_STATUS_([A-Z][A-Z0-9_]*)\s*=\s*(\d+)", None),
    ("Log", "Levels of lines of the log (LLL_…).", r"#define LLL_([A-Z]+)\s+\((1 << \d+)\)", None),
    ("ServerOption", "Options of contexts and vhosts (LWS_SERVER_OPTION_…) that the module knows.",
     r"\bLWS_SERVER_OPTION_([A-Z0-9_]+)\s*=?\s*\(?(1l* << \d+)",
     "(LIB|SSL|DO_SSL|CREATE_VHOST_SSL|DISABLE_OS|DISABLE_TLS|PEER_CERT|STS|UV_|JUST_|IGNORE_MISSING|ALLOW_HTTP|H2|VH_H2|GLIB|NO_LWS|SS_|SDEVENT|ULOOP|OPENSSL)"),
    ("Token", "Headers that have a number (WSI_TOKEN_…).", r"\bWSI_TOKEN_([A-Z][A-Z0-9_]*)\s*=\s*(\d+)", "(SKIPPING|NAME_PART|UNKNOWN)"),
]


def number(text):
    base, _, shift = text.partition("<<")
    return int(base.strip().rstrip("l"), 0) << int(shift or 0)


def main():
    print("// Written by constants.py from the C headers. Do not edit.")
    for name, says, pattern, without in TABLES:
        print(f"\n/** {says} */\nexport const {name} = {{")
        for key, value in re.findall(pattern, TEXT):
            if not (without and re.match(without, key)):
                print(f"  {key}: {number(value)},")
        print(f"}} as const;\nexport type {name} = (typeof {name})[keyof typeof {name}];")


main()
