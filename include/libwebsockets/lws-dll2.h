/*
 * Linked lists: iteration macros for lists of any type, and a doubly linked
 * list whose nodes live inside the caller's structs.
 *
 * Nothing here allocates, frees or locks. A list and its nodes belong to the
 * caller, who serialises access to them.
 *
 * SPDX-License-Identifier: MIT
 */
#include <libwebsockets.h>
#ifndef LWS_DLL2_H
#define LWS_DLL2_H

/*
 * Walk a singly linked list.
 *
 *   type   type of the iterator, for example `struct xyz *`
 *   it     name of the iterator, declared by the macro
 *   start  first element, or NULL
 *   nxt    member that points to the next element
 *
 * The body stands between a start macro and the matching end macro. In the
 * plain form the current element must survive the body; in the _safe form the
 * next element is remembered first, so the body may free the current one.
 */
#define lws_start_foreach_ll(type, it, start) \
{ \
	type it = start; \
	while (it) {

#define lws_end_foreach_ll(it, nxt) \
		it = it->nxt; \
	} \
}

#define lws_start_foreach_ll_safe(type, it, start, nxt) \
{ \
	type it = start; \
	while (it) { \
		type next_##it = it->nxt;

#define lws_end_foreach_ll_safe(it) \
		it = next_##it; \
	} \
}

/*
 * The same walk by the address of the pointer to each element, so that the
 * body can unlink an element by assigning to *it.
 *
 *   type   type of the iterator, for example `struct xyz **`
 *   start  the list head itself (an lvalue, not its address)
 */
#define lws_start_foreach_llp(type, it, start) \
{ \
	type it = &(start); \
	while (*(it)) {

#define lws_start_foreach_llp_safe(type, it, start, nxt) \
{ \
	type it = &(start); \
	type next; \
	while (*(it)) { \
		next = &((*(it))->nxt);

#define lws_end_foreach_llp(it, nxt) \
		it = &(*(it))->nxt; \
	} \
}

#define lws_end_foreach_llp_safe(it) \
		it = next; \
	} \
}

/* Put an object in front of a singly linked list. */
#define lws_ll_fwd_insert(___new_object, ___m_list, ___list_head) \
	{ \
		___new_object->___m_list = ___list_head; \
		___list_head = ___new_object; \
	}

/* Unlink an object from a singly linked list; nothing happens if it is not on it. */
#define lws_ll_fwd_remove(___type, ___m_list, ___target, ___list_head) \
	{ \
		lws_start_foreach_llp(___type **, ___ppss, ___list_head) { \
			if (*___ppss == ___target) { \
				*___ppss = ___target->___m_list; \
				break; \
			} \
		} lws_end_foreach_llp(___ppss, ___m_list); \
	}

struct lws_dll2;
struct lws_dll2_owner;

/*
 * A node, embedded in the listed object. All zero means "on no list", so an
 * object from calloc is ready. lws_container_of() leads back to the object.
 */
typedef struct lws_dll2 {
	struct lws_dll2		*prev;
	struct lws_dll2		*next;
	struct lws_dll2_owner	*owner; /* the list it is on, NULL if none */
} lws_dll2_t;

/* The list. All zero is an empty list. */
typedef struct lws_dll2_owner {
	struct lws_dll2		*tail;
	struct lws_dll2		*head;

	uint32_t		count; /* nodes on the list */
} lws_dll2_owner_t;

/* Nonzero if the node is on no list. */
LWS_VISIBLE LWS_EXTERN int
lws_dll2_is_detached(const struct lws_dll2 *d);

static LWS_INLINE const struct lws_dll2_owner *
lws_dll2_owner(const struct lws_dll2 *d) { return d->owner; }

static LWS_INLINE struct lws_dll2 *
lws_dll2_get_head(struct lws_dll2_owner *owner) { return owner->head; }

static LWS_INLINE struct lws_dll2 *
lws_dll2_get_tail(struct lws_dll2_owner *owner) { return owner->tail; }

/* Put a node that is on no list at the front of one. */
LWS_VISIBLE LWS_EXTERN void
lws_dll2_add_head(struct lws_dll2 *d, struct lws_dll2_owner *owner);

/* Put a node that is on no list at the end of one. */
LWS_VISIBLE LWS_EXTERN void
lws_dll2_add_tail(struct lws_dll2 *d, struct lws_dll2_owner *owner);

/* Take a node off whatever list it is on. A node on no list is left alone. */
LWS_VISIBLE LWS_EXTERN void
lws_dll2_remove(struct lws_dll2 *d);

typedef int (*lws_dll2_foreach_cb_t)(struct lws_dll2 *d, void *user);

/*
 * Call cb for each node from head to tail. cb may remove or free the node it
 * is given (but not the one after it). A nonzero return stops the walk and is
 * returned; otherwise 0.
 */
LWS_VISIBLE LWS_EXTERN int
lws_dll2_foreach_safe(struct lws_dll2_owner *owner, void *user,
		      lws_dll2_foreach_cb_t cb);

/* Zero a node without unlinking it: for a node whose memory is uninitialised. */
LWS_VISIBLE LWS_EXTERN void
lws_dll2_clear(struct lws_dll2 *d);

/* Zero a list head without touching the nodes that were on it. */
LWS_VISIBLE LWS_EXTERN void
lws_dll2_owner_clear(struct lws_dll2_owner *d);

/* Put node d, which is on no list, directly before `after`, which is on one. */
LWS_VISIBLE LWS_EXTERN void
lws_dll2_add_before(struct lws_dll2 *d, struct lws_dll2 *after);

/* Put node d, which is on no list, directly after `prev`, which is on one. */
LWS_VISIBLE LWS_EXTERN void
lws_dll2_add_insert(struct lws_dll2 *d, struct lws_dll2 *prev);

/*
 * Put a node that is on no list before the first node i for which
 * compare(d, i) <= 0, or at the end if there is none. On a list that was only
 * filled by this call the nodes stand in ascending order, and of nodes that
 * compare equal the newest comes first.
 */
LWS_VISIBLE LWS_EXTERN void
lws_dll2_add_sorted(lws_dll2_t *d, lws_dll2_owner_t *own,
		    int (*compare)(const lws_dll2_t *d, const lws_dll2_t *i));

/* The same, with a pointer of the caller's handed through to the comparison. */
LWS_VISIBLE LWS_EXTERN void
lws_dll2_add_sorted_priv(lws_dll2_t *d, lws_dll2_owner_t *own, void *priv,
			 int (*compare3)(void *priv, const lws_dll2_t *d,
					 const lws_dll2_t *i));

/*
 * Find the first listed object that has a `const char *` member equal to the
 * namelen bytes at name (which need no NUL). Offsets are in bytes: dll2_ofs of
 * the node, ptr_ofs of the string pointer, from the start of the object.
 * Objects whose pointer is NULL are passed over. Returns the object or NULL.
 */
LWS_VISIBLE LWS_EXTERN void *
_lws_dll2_search_sz_pl(lws_dll2_owner_t *own, const char *name, size_t namelen,
		       size_t dll2_ofs, size_t ptr_ofs);

#define lws_dll2_search_sz_pl(own, name, namelen, type, membd2list, membptr) \
		((type *)_lws_dll2_search_sz_pl(own, name, namelen, \
						offsetof(type, membd2list), \
						offsetof(type, membptr)))

/* Log the list and its nodes, and whether its links are consistent, at LLL_INFO. */
LWS_VISIBLE LWS_EXTERN void
lws_dll2_describe(struct lws_dll2_owner *owner, const char *desc);

/*
 * Walk nodes from ___start (normally the list's head). In the _safe form the
 * body may remove or free the current node.
 */
#define lws_start_foreach_dll_safe(___type, ___it, ___tmp, ___start) \
{ \
	___type ___it = ___start; \
	while (___it) { \
		___type ___tmp = (___it)->next;

#define lws_end_foreach_dll_safe(___it, ___tmp) \
		___it = ___tmp; \
	} \
}

#define lws_start_foreach_dll(___type, ___it, ___start) \
{ \
	___type ___it = ___start; \
	while (___it) {

#define lws_end_foreach_dll(___it) \
		___it = (___it)->next; \
	} \
}

#endif
