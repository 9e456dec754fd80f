/* Options of a vhost's protocols, a linked list of the program's: lws-protocols-plugins.h. */
#include "internal.h"

const struct lws_protocol_vhost_options *
lws_pvo_search(const struct lws_protocol_vhost_options *pvo, const char *name)
{
	while (pvo && strcmp(pvo->name, name))
		pvo = pvo->next;

	return pvo;
}

int
lws_pvo_get_str(void *in, const char *name, const char **result)
{
	const struct lws_protocol_vhost_options *pvo = lws_pvo_search(in, name);

	if (!pvo)
		return 1;
	*result = pvo->value;

	return 0;
}
