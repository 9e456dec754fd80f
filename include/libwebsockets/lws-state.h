/* A type of lws's system state notifications that other parts refer to. There are none here yet.
 * SPDX-License-Identifier: MIT
 */
#include <libwebsockets.h>
#ifndef LWS_STATE_H
#define LWS_STATE_H

typedef struct lws_state_notify_link lws_state_notify_link_t;

#endif
