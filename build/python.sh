#!/usr/bin/env bash
# Builds the Python package's wheel, with both libraries in it, into build/out/python, and installs it into the venv
# build/out/venv-python. PYTHON names the interpreter (python3).
set -euo pipefail
cd "$(dirname "$0")/.."
venv=$PWD/build/out/venv-python
[ -x "$venv/bin/python" ] || "${PYTHON:-python3}" -m venv "$venv"
"$venv/bin/pip" install -q --disable-pip-version-check cffi 'setuptools>=61' wheel
rm -rf build/out/python
"$venv/bin/pip" wheel -q --disable-pip-version-check --no-build-isolation --no-deps -w build/out/python ./bindings/python
rm -rf bindings/python/build bindings/python/golws.egg-info
"$venv/bin/pip" install -q --disable-pip-version-check --force-reinstall --no-deps build/out/python/*.whl
ls build/out/python/*.whl
