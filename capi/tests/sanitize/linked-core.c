/* The core in the program itself instead of in libgolws-core.so: Go's race detector has no shadow memory for where
 * shared libraries lie. The linker sends the shim's dlopen() and dlsym() here. */
#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

void
golws_core_get(void);
void *
__wrap_dlopen(const char *path, int flags);
void *
__wrap_dlsym(void *so, const char *name);

static char core;

void *
__wrap_dlopen(const char *path, int flags)
{
	(void)flags;
	return path ? &core : NULL;
}

void *
__wrap_dlsym(void *so, const char *name)
{
	void (*get)(void) = golws_core_get;

	return so == &core && !strcmp(name, "golws_core_get") ? *(void **)&get : NULL;
}
