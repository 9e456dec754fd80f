"""golws._ffi: the whole public interface by cffi, in API mode."""
import os
import pathlib
import sys

import cffi

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import cdef  # noqa: E402

include = pathlib.Path(os.environ.get("GOLWS_INCLUDE", HERE.parent.parent / "include"))
library = pathlib.Path(os.environ.get("GOLWS_LIBDIR", HERE.parent.parent / "build" / "out"))

ffibuilder = cffi.FFI()
ffibuilder.cdef(cdef.cdef(include))
ffibuilder.set_source(
    "golws._ffi",
    "#include <libwebsockets/golws.h>\n",
    include_dirs=[str(include)],
    extra_objects=[str(library / "libwebsockets.so.21")],
    extra_link_args=["-Wl,-rpath,$ORIGIN"],
    extra_compile_args=["-Wno-deprecated-declarations"],
)
