/* The part of the core's table that is about event loops of somebody else's; see core.h. */
#ifndef GOLWS_SHIM_CORE_HOST_H
#define GOLWS_SHIM_CORE_HOST_H

#define GOLWS_CORE_HOST_FUNCTIONS(F, T) \
	/* host.go */ \
	/* not inside: the loop's callbacks enter */ \
	F(int, host_run, -1, (struct golws_thread *t), (t)) \
	T(void, host_limit, , (struct golws_thread *t, int64_t us), (t, us)) \
	F(void *, host_loop, NULL, (struct golws_thread *t, uint64_t option), (t, option)) \
	T(void, host_unwatched, , (struct golws_thread *t), (t)) \
	T(struct lws *, wsi_from_fd, NULL, (struct golws_thread *t, int fd), (t, fd)) \
	/* host_custom.go */ \
	T(void, custom_silence, , (struct golws_thread *t), (t))

#endif
