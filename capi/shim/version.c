/* What the library is: lws-misc.h. */
#include "internal.h"

const char *
lws_get_library_version(void)
{
	return LWS_LIBRARY_VERSION;
}

void
lws_assert_fourcc(uint32_t fourcc, uint32_t expected)
{
	if (fourcc == expected)
		return;

	lwsl_err("%s: %08x is not %08x\n", __func__, fourcc, expected);
	abort();
}
