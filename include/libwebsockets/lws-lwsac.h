/*
 * lwsac, allocated chunks: many allocations, freed all at once.
 *
 * Memory is taken from chunks that are linked to a chain, which the caller holds
 * by a pointer to its first chunk, NULL before the first use. What was taken
 * stays where it is until the whole chain is freed. Not locked.
 *
 * SPDX-License-Identifier: MIT
 */
#include <libwebsockets.h>
#ifndef LWS_LWSAC_H
#define LWS_LWSAC_H

struct lwsac;

/* The content of a cached file, with a NUL behind it. */
typedef unsigned char * lwsac_cached_file_t;

/*
 * A list of objects of which each has a member that points to the same member of
 * the next. The list points to that member, not to the object:
 * lws_list_ptr_container() leads from it to the object.
 */
typedef void * lws_list_ptr;

#define lws_list_ptr_container(P, T, M) ((T *)((char *)(P) - offsetof(T, M)))

/* Less than, equal to or more than 0 as a comes before, beside or after b. */
typedef int (*lws_list_ptr_sort_func_t)(lws_list_ptr a, lws_list_ptr b);

/* Move on to the next; NULL at the end. */
#define lws_list_ptr_advance(_lp) _lp = *((void **)_lp)

/*
 * Put the member at `add` into the list: before the first that it does not come
 * after, by `sort`; in front of all where sort is NULL.
 */
LWS_VISIBLE LWS_EXTERN void
lws_list_ptr_insert(lws_list_ptr *phead, lws_list_ptr *add,
		    lws_list_ptr_sort_func_t sort);

/*
 * Take `ensure` bytes, aligned as a pointer is, from the last chunk of the chain,
 * or from a new one where they do not fit. A new chunk has room for chunk_size
 * bytes (0: 4000), or for `ensure` if that is more. NULL if memory is short.
 */
LWS_VISIBLE LWS_EXTERN void *
lwsac_use(struct lwsac **head, size_t ensure, size_t chunk_size);

/* The same, from the first chunk of the chain that has room. */
LWS_VISIBLE LWS_EXTERN void *
lwsac_use_backfill(struct lwsac **head, size_t ensure, size_t chunk_size);

/* lwsac_use() with the memory set to zero. */
LWS_VISIBLE LWS_EXTERN void *
lwsac_use_zero(struct lwsac **head, size_t ensure, size_t chunk_size);

#define lwsac_use_zeroed lwsac_use_zero

/* Free the chain with all that was taken from it, and set *head to NULL. */
LWS_VISIBLE LWS_EXTERN void
lwsac_free(struct lwsac **head);

/*
 * For a chain with several users. Its maker calls lwsac_detach() in place of
 * lwsac_free(), each other user lwsac_reference() and, at its end,
 * lwsac_unreference(). Whichever of those leaves a detached chain without
 * references frees it and sets *head to NULL.
 */
LWS_VISIBLE LWS_EXTERN void
lwsac_detach(struct lwsac **head);
LWS_VISIBLE LWS_EXTERN void
lwsac_reference(struct lwsac *head);
LWS_VISIBLE LWS_EXTERN void
lwsac_unreference(struct lwsac **head);

/*
 * Make what lwsac_use() returned last longer by `amount` bytes, set to zero, where
 * it is. Returns 0, or 1 if its chunk has not that much room. Not after
 * lwsac_use_backfill().
 */
LWS_VISIBLE LWS_EXTERN int
lwsac_extend(struct lwsac *head, size_t amount);

/*
 * Keep a file in memory. *cache is NULL or what an earlier call set; *cache and
 * *len are set to its content and length. A file that has changed since is read
 * anew, and the old content freed once nobody uses it. Returns 0, or 1 if it
 * cannot be read: *cache is left as it is then.
 *
 * Who looks at the content over a time in which the file might be read anew does
 * so between ..._start(cache) and ..._end(&cache). ..._detach() gives the cache
 * up.
 */
LWS_VISIBLE LWS_EXTERN int
lwsac_cached_file(const char *filepath, lwsac_cached_file_t *cache,
		  size_t *len);
LWS_VISIBLE LWS_EXTERN void
lwsac_use_cached_file_start(lwsac_cached_file_t cache);
LWS_VISIBLE LWS_EXTERN void
lwsac_use_cached_file_end(lwsac_cached_file_t *cache);
LWS_VISIBLE LWS_EXTERN void
lwsac_use_cached_file_detach(lwsac_cached_file_t *cache);

/*
 * For walking all that was taken: the next chunk of a chain or NULL; the bytes
 * from a chunk's start to what was taken first (more in the chain's first chunk),
 * and to the end of what was taken last.
 */
LWS_VISIBLE LWS_EXTERN struct lwsac *
lwsac_get_next(struct lwsac *lac);
LWS_VISIBLE LWS_EXTERN size_t
lwsac_sizeof(int first);
LWS_VISIBLE LWS_EXTERN size_t
lwsac_get_tail_pos(struct lwsac *lac);

/* A length rounded up to what lwsac_use() really takes for it. */
LWS_VISIBLE LWS_EXTERN size_t
lwsac_align(size_t length);

/* Log, at LLL_INFO, how much the chain takes. */
LWS_VISIBLE LWS_EXTERN void
lwsac_info(struct lwsac *head);

/* Bytes of all chunks; and how many of those nobody has taken. 0 for NULL. */
LWS_VISIBLE LWS_EXTERN uint64_t
lwsac_total_alloc(struct lwsac *head);
LWS_VISIBLE LWS_EXTERN uint64_t
lwsac_total_overhead(struct lwsac *head);

/*
 * Find len bytes among all that was taken, in one chunk, so that a text need not
 * be stored twice. If `nul` is nonzero the byte after them must be 0. Returns
 * where they are, or NULL.
 */
LWS_VISIBLE LWS_EXTERN uint8_t *
lwsac_scan_extant(struct lwsac *head, uint8_t *find, size_t len, int nul);

/*
 * Whether len bytes at `check` lie in what was taken from the chain. Returns 0 if
 * so; otherwise logs it with the names and the place given, and returns 1.
 */
LWS_VISIBLE LWS_EXTERN int
_lwsac_assert_valid(struct lwsac *aco, void *check, size_t len,
		    const char *name_ac, const char *name_blob,
		    const char *filename, int line);

#define __lws_sify(_s) #_s
#define _lws_sify(_s) __lws_sify(_s)
#define lwsac_assert_valid(_ac, _check, _len) \
	_lwsac_assert_valid(_ac, _check, _len, _lws_sify(_ac), \
			    _lws_sify(_check), __FILE__, __LINE__)

#endif
