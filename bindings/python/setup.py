"""Builds the wheel: two extensions, and the two libraries beside them.

The libraries are those in build/out of the source tree, made by `make build` where they are not there yet.
GOLWS_LIBDIR and GOLWS_INCLUDE name other places.
"""
import os
import pathlib
import shutil
import subprocess

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
INCLUDE = pathlib.Path(os.environ.get("GOLWS_INCLUDE", ROOT / "include"))
LIBDIR = pathlib.Path(os.environ.get("GOLWS_LIBDIR", ROOT / "build" / "out"))
LIBRARIES = ("libwebsockets.so.21", "libgolws-core.so")
LICENCES = ("LICENSE", "NOTICE")


def have_libraries():
    if not all((LIBDIR / name).exists() for name in LIBRARIES):
        subprocess.check_call(["make", "build"], cwd=ROOT)


class Build(build_ext):
    def run(self):
        super().run()
        to = pathlib.Path(self.get_ext_fullpath("golws._native")).parent
        to.mkdir(parents=True, exist_ok=True)
        for name in LIBRARIES:
            shutil.copy2(LIBDIR / name, to / name)
        for name in LICENCES:
            shutil.copy2(ROOT / name, to / name)


have_libraries()
setup(
    version=(ROOT / "VERSION").read_text().strip(),
    cmdclass={"build_ext": Build},
    cffi_modules=["build_ffi.py:ffibuilder"],
    ext_modules=[Extension(
        "golws._native",
        sorted(str(p.relative_to(HERE)) for p in (HERE / "native").glob("*.c")),
        depends=["native/native.h"],
        include_dirs=[str(INCLUDE)],
        extra_objects=[str(LIBDIR / "libwebsockets.so.21")],
        extra_link_args=["-Wl,-rpath,$ORIGIN"],
        extra_compile_args=["-O2", "-fvisibility=hidden", "-Wall", "-Wextra", "-Wno-unused-parameter", "-Wno-missing-field-initializers", "-Wno-cast-function-type"],
    )],
)
