/* Where log lines go, and the timestamp they start with: lws-logs.h. */
#include "internal.h"

#include <errno.h>
#include <stdio.h>
#include <syslog.h>
#include <time.h>

/* For each level, by its bit: the letter after the timestamp, and the colour on a terminal. */
static const struct {
	char letter;
	const char *colour;
	int priority; /* of syslog */
} levels[LLL_COUNT] = {
	{ 'E', "\033[31;1m", LOG_ERR },  { 'W', "\033[35;1m", LOG_WARNING },
	{ 'N', "\033[36;1m", LOG_NOTICE }, { 'I', "\033[37m", LOG_INFO },
	{ 'D', "\033[32m", LOG_DEBUG },  { 'P', "\033[33m", LOG_DEBUG },
	{ 'H', "\033[34m", LOG_DEBUG },  { 'X', "\033[33m", LOG_DEBUG },
	{ 'C', "\033[34m", LOG_DEBUG },  { 'L', "\033[33m", LOG_DEBUG },
	{ 'U', "\033[37;1m", LOG_INFO }, { 'T', "\033[32m", LOG_DEBUG },
};

/* The lowest level that is set, as an index; LLL_COUNT if none is. */
static int
level_index(int level)
{
	int bits = level & ((1 << LLL_COUNT) - 1);

	return bits ? __builtin_ctz((unsigned int)bits) : LLL_COUNT;
}

/* Any thread, and callable where localtime_r() takes a lock of libc: not from a signal handler. */
int
lwsl_timestamp(int level, char *p, size_t len)
{
	int i = level_index(level), n;
	struct timespec now;
	struct tm tm;

	if (!len)
		return 0;
	*p = '\0';
	if (i == LLL_COUNT || level != 1 << i)
		return 0;

	clock_gettime(CLOCK_REALTIME, &now);
	if (!localtime_r(&now.tv_sec, &tm))
		return 0;

	n = snprintf(p, len, "[%04d/%02d/%02d %02d:%02d:%02d:%04d] %c: ", tm.tm_year + 1900,
		     tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
		     (int)(now.tv_nsec / 100000), levels[i].letter);

	return n < (int)len ? n : (int)len - 1;
}

/* What follows lwsl_timestamp()'s text, if the line starts with it. */
static const char *
behind_timestamp(const char *line)
{
	static const char form[] = "[0000/00/00 00:00:00:0000] L: ";

	for (size_t i = 0; i < sizeof(form) - 1; i++) {
		int digit = line[i] >= '0' && line[i] <= '9', upper = line[i] >= 'A' && line[i] <= 'Z';

		if (form[i] == '0' ? !digit : form[i] == 'L' ? !upper : line[i] != form[i])
			return line;
	}

	return line + sizeof(form) - 1;
}

/* One call of stdio for a line, so that lines of several threads do not mix. */
static void
to_stderr(int level, const char *line)
{
	static int tty = -1; /* not known yet */
	int is_tty = __atomic_load_n(&tty, __ATOMIC_RELAXED), i = level_index(level);

	if (is_tty < 0) {
		is_tty = isatty(2);
		__atomic_store_n(&tty, is_tty, __ATOMIC_RELAXED);
	}

	if (is_tty && i < LLL_COUNT)
		fprintf(stderr, "%s%s\033[0m", levels[i].colour, line);
	else
		fputs(line, stderr);
}

void
lwsl_emit_stderr(int level, const char *line)
{
	to_stderr(level, line);
}

void
lwsl_emit_stderr_notimestamp(int level, const char *line)
{
	to_stderr(level, behind_timestamp(line));
}

void
lwsl_emit_syslog(int level, const char *line)
{
	int i = level_index(level);

	syslog(i < LLL_COUNT ? levels[i].priority : LOG_DEBUG, "%s", behind_timestamp(line));
}

void
lws_log_emit_cx_file(struct lws_log_cx *cx, int level, const char *line, size_t len)
{
	int fd = (int)(intptr_t)cx->stg;

	while (len) {
		ssize_t n = fd >= 0 ? write(fd, line, len) : -1;

		if (n < 0) {
			if (fd >= 0 && errno == EINTR)
				continue;
			/* a line must not vanish because its file did */
			lwsl_emit_stderr(level, line);
			return;
		}
		line += n;
		len -= (size_t)n;
	}
}

void
lws_log_use_cx_file(struct lws_log_cx *cx, int _new)
{
	if (_new > 0 && cx->refcount == 1) {
		int fd = open(cx->opaque, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);

		if (fd < 0)
			fprintf(stderr, "log file %s: %s\n", (const char *)cx->opaque, strerror(errno));
		cx->stg = (void *)(intptr_t)fd;
	}

	if (_new < 0 && cx->refcount == 0) {
		int fd = (int)(intptr_t)cx->stg;

		if (fd >= 0)
			close(fd);
		cx->stg = (void *)(intptr_t)-1;
	}
}
