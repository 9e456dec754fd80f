/* The HTTP part of the core's table; see core.h. */
#ifndef GOLWS_SHIM_CORE_HTTP_H
#define GOLWS_SHIM_CORE_HTTP_H

#define GOLWS_CORE_HTTP_FUNCTIONS(F)

#endif
