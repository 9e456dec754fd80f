#ifndef GOLWS_TESTS_PURE_FAKES_H
#define GOLWS_TESTS_PURE_FAKES_H

#include "../../shim/internal.h"

struct fake {
	const char *tag;
	struct lws_log_cx *log_cx;
	struct fake *context;
};

#endif
