/* A type of lws's MQTT client that other parts refer to. There is none here yet.
 * SPDX-License-Identifier: MIT
 */
#include <libwebsockets.h>
#ifndef LWS_MQTT_H
#define LWS_MQTT_H

typedef struct lws_mqtt_client_connect_param_s lws_mqtt_client_connect_param_t;

#endif
