/* The records of wsi, which programs know as struct lws *.
 *
 * A program may keep one longer than the wsi lives. So a record is never given back to the allocator while its
 * context lives, and not used again until KEPT others have ended: a late call finds that the wsi has ended, says
 * so in the log, and fails. With the address sanitizer the record is out of bounds meanwhile, so that the
 * mistake is found where it is made. */
#include "core-call.h"

/* A program that looks again a few connections later is caught; 12 KiB for each service thread. */
#define KEPT 64

/* Records are allocated by the page: malloc would take 16 bytes more for each. */
#define AT_ONCE 25

struct golws_records {
	struct golws_records *next;
	struct lws w[AT_ONCE];
};

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#define LOCK(w) __asan_poison_memory_region((char *)(w) + sizeof (w)->next, sizeof *(w) - sizeof (w)->next)
#define UNLOCK(w) __asan_unpoison_memory_region((w), sizeof *(w))
#else
#define LOCK(w) ((void)(w))
#define UNLOCK(w) ((void)(w))
#endif

static struct lws *
take(struct golws_thread *t)
{
	struct lws *w = t->ended;

	t->ended = w->next;
	t->ended_count--;
	UNLOCK(w);
	return w;
}

/* A record that was not used before, NULL without memory. */
static struct lws *
fresh(struct golws_thread *t)
{
	struct golws_records *more;

	if (!t->fresh) {
		if (!(more = golws_zalloc(sizeof *more, "wsi")))
			return NULL;
		more->next = t->pages;
		t->pages = more;
		t->fresh = AT_ONCE;
	}
	return &t->pages->w[--t->fresh];
}

struct lws *
golws_wsi_made(struct golws_thread *t)
{
	struct lws *w;

	if (t->spare) {
		w = t->spare;
		t->spare = NULL;
		UNLOCK(w);
		memset(w, 0, sizeof *w);
	} else if (t->ended_count > KEPT) {
		w = take(t);
		memset(w, 0, sizeof *w);
	} else
		w = fresh(t);
	if (w) {
		w->t = t;
		w->fd = -1;
	}
	return w;
}

void
golws_wsi_gone(struct lws *w)
{
	struct golws_thread *t = w->t;
	int fake = w->fake;

	golws_free((void *)(uintptr_t)w->tag);
	golws_free(w->uri);
	memset(w, 0, sizeof *w);
	w->t = t;
	w->fd = -1;
	w->ended = 1;
	w->tx.closed = 1;
	if (fake && !t->spare) { /* for one callback: there are many, so they take turns on one record */
		t->spare = w;
		LOCK(w);
		return;
	}
	if (t->ended)
		t->ended_last->next = w;
	else
		t->ended = w;
	t->ended_last = w;
	t->ended_count++;
	LOCK(w);
}

void
golws_wsi_records_free(struct golws_thread *t)
{
	struct golws_records *page;

	while ((page = t->pages)) {
		t->pages = page->next;
		for (int i = 0; i < AT_ONCE; i++)
			UNLOCK(&page->w[i]);
		golws_free(page);
	}
	t->ended = t->spare = NULL;
}

void
golws_not_given(const char *what, const char *object)
{
	lwsl_err("golws: %s: refused, as %s is NULL\n", what, object);
}

int
golws_no_wsi(const struct lws *w, const char *what)
{
	if (w)
		lwsl_err("golws: %s: refused, as the wsi has ended\n", what);
	else
		golws_not_given(what, "wsi");
	return 1;
}
