/* A type of lws's platform integration that other parts refer to. There is none here yet.
 * SPDX-License-Identifier: MIT
 */
#include <libwebsockets.h>
#ifndef LWS_SYSTEM_H
#define LWS_SYSTEM_H

typedef struct lws_system_ops lws_system_ops_t;

#endif
