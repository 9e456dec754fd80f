/* Single files: lws-misc.h, lws-purify.h. */
#define _GNU_SOURCE /* O_TMPFILE */
#include "internal.h"

#include <errno.h>
#include <limits.h>

int
lws_open(const char *__file, int __oflag, ...)
{
	mode_t mode = 0;

	if ((__oflag & O_CREAT) || (__oflag & O_TMPFILE) == O_TMPFILE) {
		va_list vl;

		va_start(vl, __oflag);
		mode = va_arg(vl, mode_t);
		va_end(vl);
	}

	return open(__file, __oflag | O_CLOEXEC, mode);
}

int
lws_plat_write_file(const char *filename, void *buf, size_t len)
{
	int fd = lws_open(filename, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	const char *p = buf;

	if (fd < 0)
		return 1;

	while (len) {
		ssize_t n = write(fd, p, len);

		if (n < 0) {
			if (errno == EINTR)
				continue;
			close(fd);
			return 1;
		}
		p += n;
		len -= (size_t)n;
	}

	return close(fd) ? 1 : 0;
}

int
lws_plat_read_file(const char *filename, void *buf, size_t len)
{
	int fd = lws_open(filename, O_RDONLY);
	size_t got = 0;

	if (fd < 0)
		return -1;
	if (len > INT_MAX)
		len = INT_MAX;

	while (got < len) {
		ssize_t n = read(fd, (char *)buf + got, len - got);

		if (n < 0) {
			if (errno == EINTR)
				continue;
			close(fd);
			return -1;
		}
		if (!n)
			break;
		got += (size_t)n;
	}
	close(fd);

	return (int)got;
}

int
lws_plat_recommended_rsa_bits(void)
{
	return 4096;
}
