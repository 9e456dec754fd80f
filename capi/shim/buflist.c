/* FIFOs of byte segments: lws-misc.h. */
#include "internal.h"

#include <limits.h>

struct lws_buflist {
	struct lws_buflist *next;
	size_t len; /* bytes in data */
	size_t pos; /* of which are consumed; always less than len */
	uint8_t data[];
};

int
lws_buflist_append_segment(struct lws_buflist **head, const uint8_t *buf, size_t len)
{
	int first = !*head;
	struct lws_buflist *s;

	if (!len || len > SIZE_MAX - sizeof(*s))
		return -1;

	s = golws_malloc(sizeof(*s) + len, "buflist");
	if (!s)
		return -1;

	s->next = NULL;
	s->len = len;
	s->pos = 0;
	memcpy(s->data, buf, len);

	while (*head)
		head = &(*head)->next;
	*head = s;

	return first;
}

size_t
lws_buflist_next_segment_len(struct lws_buflist **head, uint8_t **buf)
{
	struct lws_buflist *s = *head;

	if (buf)
		*buf = s ? s->data + s->pos : NULL;

	return s ? s->len - s->pos : 0;
}

size_t
lws_buflist_use_segment(struct lws_buflist **head, size_t len)
{
	struct lws_buflist *s = *head;

	if (!s)
		return 0;

	if (len < s->len - s->pos) {
		s->pos += len;
	} else {
		*head = s->next;
		golws_free(s);
	}

	return lws_buflist_next_segment_len(head, NULL);
}

size_t
lws_buflist_total_len(struct lws_buflist **head)
{
	size_t n = 0;

	for (const struct lws_buflist *s = *head; s; s = s->next)
		n += s->len - s->pos;

	return n;
}

int
lws_buflist_linear_copy(struct lws_buflist **head, size_t ofs, uint8_t *buf, size_t len)
{
	size_t done = 0;

	if (len > INT_MAX)
		len = INT_MAX;

	for (const struct lws_buflist *s = *head; s && done < len; s = s->next) {
		size_t left = s->len - s->pos, n;

		if (ofs >= left) {
			ofs -= left;
			continue;
		}

		n = left - ofs;
		if (n > len - done)
			n = len - done;
		memcpy(buf + done, s->data + s->pos + ofs, n);
		done += n;
		ofs = 0;
	}

	return (int)done;
}

int
lws_buflist_fragment_use(struct lws_buflist **head, uint8_t *buf, size_t len, char *frag_first,
			 char *frag_fin)
{
	struct lws_buflist *s = *head;
	size_t n = s ? s->len - s->pos : 0;

	if (len > INT_MAX)
		len = INT_MAX;
	if (frag_first)
		*frag_first = s && !s->pos;
	if (frag_fin)
		*frag_fin = s && n <= len;
	if (n > len)
		n = len;

	if (s) {
		memcpy(buf, s->data + s->pos, n);
		lws_buflist_use_segment(head, n);
	}

	return (int)n;
}

int
lws_buflist_linear_use(struct lws_buflist **head, uint8_t *buf, size_t len)
{
	size_t done = 0;

	if (len > INT_MAX)
		len = INT_MAX;

	while (*head && done < len)
		done += (size_t)lws_buflist_fragment_use(head, buf + done, len - done, NULL, NULL);

	return (int)done;
}

void
lws_buflist_destroy_all_segments(struct lws_buflist **head)
{
	while (*head) {
		struct lws_buflist *s = *head;

		*head = s->next;
		golws_free(s);
	}
}

void
lws_buflist_describe(struct lws_buflist **head, void *id, const char *reason)
{
	int n = 0;

	if (!*head)
		lwsl_info("%p: %s: buflist empty\n", id, reason);

	for (const struct lws_buflist *s = *head; s; s = s->next)
		lwsl_info("%p: %s: segment %d: %zu of %zu bytes left\n", id, reason, n++,
			  s->len - s->pos, s->len);
}

void *
lws_buflist_get_frag_start_or_NULL(struct lws_buflist **head)
{
	return *head && (*head)->pos ? (*head)->data : NULL;
}
