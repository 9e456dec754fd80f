/* Types of lws's system message distribution that other parts refer to. There is none here yet.
 * SPDX-License-Identifier: MIT
 */
#include <libwebsockets.h>
#ifndef LWS_SMD_H
#define LWS_SMD_H

/* A set of message classes, one bit for each. */
typedef uint32_t lws_smd_class_t;

/* Takes a message: of which class, when it was sent, and its len bytes at buf. */
typedef int (*lws_smd_notification_cb_t)(void *opaque, lws_smd_class_t _class, lws_usec_t timestamp,
					 void *buf, size_t len);

#endif
