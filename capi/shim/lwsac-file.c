/* Files kept in memory: lws-lwsac.h. */
#include "lwsac.h"

#include <sys/stat.h>

/* Stands at the start of a chain of its own, before the content. */
struct cached {
	struct lwsac *ac;
	struct timespec changed; /* of the file, when it was read */
	off_t size;
	ino_t inode;
	size_t len;
	unsigned char content[];
};

static struct cached *
cached_of(lwsac_cached_file_t cache)
{
	return (struct cached *)(void *)(cache - offsetof(struct cached, content));
}

static int
unchanged(const struct cached *c, const struct stat *s)
{
	return c->changed.tv_sec == s->st_mtim.tv_sec && c->changed.tv_nsec == s->st_mtim.tv_nsec &&
	       c->size == s->st_size && c->inode == s->st_ino;
}

void
lwsac_use_cached_file_start(lwsac_cached_file_t cache)
{
	lwsac_reference(cached_of(cache)->ac);
}

void
lwsac_use_cached_file_end(lwsac_cached_file_t *cache)
{
	struct lwsac *ac;

	if (!*cache)
		return;

	/* unreferencing may free the struct that the pointer stands in */
	ac = cached_of(*cache)->ac;
	lwsac_unreference(&ac);
	if (!ac)
		*cache = NULL;
}

void
lwsac_use_cached_file_detach(lwsac_cached_file_t *cache)
{
	struct lwsac *ac;

	if (!*cache)
		return;

	ac = cached_of(*cache)->ac;
	lwsac_detach(&ac);
	*cache = NULL;
}

int
lwsac_cached_file(const char *filepath, lwsac_cached_file_t *cache, size_t *len)
{
	struct lwsac *ac = NULL;
	struct cached *c;
	struct stat s;
	int n;

	/* no descriptor is kept between the two: what is read is at most what was seen */
	if (stat(filepath, &s) || !S_ISREG(s.st_mode) || s.st_size >= INT32_MAX)
		goto bad;

	if (*cache && unchanged(cached_of(*cache), &s)) {
		*len = cached_of(*cache)->len;
		return 0;
	}

	c = lwsac_use(&ac, sizeof(*c) + (size_t)s.st_size + 1, 1);
	if (!c)
		goto bad;

	n = lws_plat_read_file(filepath, c->content, (size_t)s.st_size);
	if (n < 0) {
		lwsac_free(&ac);
		goto bad;
	}

	c->ac = ac;
	c->changed = s.st_mtim;
	c->size = s.st_size;
	c->inode = s.st_ino;
	c->len = (size_t)n;
	c->content[n] = '\0';

	lwsac_use_cached_file_detach(cache);
	*cache = c->content;
	*len = c->len;

	return 0;

bad:
	lwsl_err("%s: cannot read %s\n", __func__, filepath);

	return 1;
}
