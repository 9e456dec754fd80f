/* A chunk, and what the first of a chain has besides. */
#ifndef GOLWS_SHIM_LWSAC_H
#define GOLWS_SHIM_LWSAC_H

#include "internal.h"

struct lwsac {
	struct lwsac *next;
	size_t size; /* bytes of the chunk with this header */
	size_t tail; /* bytes of those in use */
};

struct lwsac_first {
	struct lwsac chunk;
	struct lwsac *newest;
	int refcount;
	int detached;
};

#endif
