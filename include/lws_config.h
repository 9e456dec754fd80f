/* What this library has, for programs that ask with #if defined(...).
 *
 * A macro stands here only when the feature works: a program that guards its use of TLS with
 * LWS_WITH_TLS, say, builds without that part. Struct layouts do not depend on these macros.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef LWS_CONFIG_H
#define LWS_CONFIG_H

/* The lws release whose interface this is; the text after the dash names this implementation. */
#define LWS_LIBRARY_VERSION "4.5.8-golws"
#define LWS_LIBRARY_VERSION_MAJOR 4
#define LWS_LIBRARY_VERSION_MINOR 5
#define LWS_LIBRARY_VERSION_PATCH 8
/* As a number to compare: 4005008 is 4.5.8. */
#define LWS_LIBRARY_VERSION_NUMBER \
	((LWS_LIBRARY_VERSION_MAJOR * 1000000) + (LWS_LIBRARY_VERSION_MINOR * 1000) + LWS_LIBRARY_VERSION_PATCH)

/* For the headers of plugins (lws_plugin_header_t.lws_build_hash). */
#define LWS_BUILD_HASH LWS_LIBRARY_VERSION

/* Most service threads that one context may have. */
#define LWS_MAX_SMP 32

#define LWS_PLAT_UNIX
#define LWS_HAS_INTPTR_T
#define LWS_HAS_GETOPT_LONG

#define LWS_WITH_NETWORK
#define LWS_WITH_CLIENT
#define LWS_WITH_SERVER
#define LWS_WITH_POLL
#define LWS_WITH_UNIX_SOCK
#define LWS_WITH_DIR
#define LWS_WITH_LWSAC

/* A poll loop of the program's own is told of the descriptors (LWS_CALLBACK_ADD_POLL_FD). */
#define LWS_WITH_EXTERNAL_POLL
/* A context can run on a loop of these libraries, which are looked for when one is asked for. */
#define LWS_WITH_EVENT_LIBS
#define LWS_WITH_LIBUV
#define LWS_WITH_LIBEVENT
#define LWS_WITH_LIBEV
#define LWS_WITH_GLIB
#define LWS_WITH_SDEVENT
#define LWS_WITH_ULOOP

#define LWS_ROLE_H1
#define LWS_ROLE_WS
#define LWS_ROLE_RAW
#define LWS_ROLE_RAW_FILE

/* Headers that have no token of their own can be read by name. */
#define LWS_WITH_CUSTOM_HEADERS
/* The rarer header tokens exist. */
#define LWS_WITH_HTTP_UNCOMMON_HEADERS

/* Log levels forced on, and forced out, when a program is compiled; see lws-logs.h. */
#if !defined(LWS_LOGGING_BITFIELD_SET)
#define LWS_LOGGING_BITFIELD_SET 0
#endif
#if !defined(LWS_LOGGING_BITFIELD_CLEAR)
#define LWS_LOGGING_BITFIELD_CLEAR 0
#endif
#define LWS_LOGS_TIMESTAMP

/* There is no lws_daemonize(). */
#define LWS_NO_DAEMONIZE

#endif
