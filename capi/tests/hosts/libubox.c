/* A stand-in for libubox's uloop, as <libubox/uloop.h> documents it and no more, on poll(): the library itself is not
 * in Debian. Built as libubox.so for the tests. */
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#define ULOOP_READ (1 << 0)
#define MOST 64

struct uloop_fd;
typedef void (*uloop_fd_handler)(struct uloop_fd *u, unsigned int events);

struct uloop_fd {
	uloop_fd_handler cb;
	int fd;
	bool eof, error, registered;
	uint8_t flags;
};

static struct uloop_fd *fds[MOST];
static int count, ended;

int uloop_init(void);
void uloop_done(void);
void uloop_end(void);
int uloop_fd_add(struct uloop_fd *sock, unsigned int flags);
int uloop_fd_delete(struct uloop_fd *sock);
int uloop_run_timeout(int timeout);

int
uloop_init(void)
{
	count = 0;
	return 0;
}

void
uloop_done(void)
{
}

void
uloop_end(void)
{
	ended = 1;
}

int
uloop_fd_add(struct uloop_fd *sock, unsigned int flags)
{
	if (!(flags & ULOOP_READ) || sock->registered || count == MOST)
		return -1;
	sock->registered = true;
	sock->flags = (uint8_t)flags;
	fds[count++] = sock;
	return 0;
}

int
uloop_fd_delete(struct uloop_fd *sock)
{
	int i;

	for (i = 0; i < count; i++)
		if (fds[i] == sock) {
			fds[i] = fds[--count];
			sock->registered = false;
			return 0;
		}
	return -1;
}

int
uloop_run_timeout(int timeout)
{
	struct pollfd p[MOST];
	int i;

	ended = 0;
	while (!ended) {
		for (i = 0; i < count; i++)
			p[i] = (struct pollfd){ .fd = fds[i]->fd, .events = POLLIN };
		if (!poll(p, (nfds_t)count, timeout))
			break;
		for (i = 0; i < count; i++)
			if (p[i].revents && fds[i]->fd == p[i].fd)
				fds[i]->cb(fds[i], ULOOP_READ);
	}
	return 0;
}
