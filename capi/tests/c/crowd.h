/* A connection of every kind at once, for tests of what programs may do in any callback. */
#ifndef GOLWS_TESTS_C_CROWD_H
#define GOLWS_TESTS_C_CROWD_H

#include "peer.h"

struct crowd {
	struct peer ws, http, raw, file;
	int port;   /* the stage's */
	int closed; /* a port that nobody listens on */
};

/* Opens the stage, with stage_files() and `on` as callback: a WebSocket, http requests, an adopted socket, a watched
 * pipe, and clients of each kind of which one finds nobody. What the callbacks have destroyed is done without. */
void
crowd_begin(struct crowd *c, hook_fn *callback);
/* The peers end by what they say, or where they have nothing to say by leaving; then the others leave too. */
void
crowd_says_farewell(struct crowd *c);
void
crowd_leaves(struct crowd *c);
/* Nothing is left of them. May come more than once. */
void
crowd_end(struct crowd *c);
/* A client of the stage's vhost; method NULL is a WebSocket's. */
void
crowd_dial(int port, const char *method, const char *path);

#endif
