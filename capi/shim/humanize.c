/* Numbers in units for people: lws-misc.h. */
#include "internal.h"

#include <stdio.h>

const lws_humanize_unit_t humanize_schema_si[7] = {
	{ "Pi", (uint64_t)1 << 50 },
	{ "Ti", (uint64_t)1 << 40 },
	{ "Gi", (uint64_t)1 << 30 },
	{ "Mi", (uint64_t)1 << 20 },
	{ "Ki", (uint64_t)1 << 10 },
	{ "", 1 },
	{ NULL, 0 },
};

const lws_humanize_unit_t humanize_schema_si_bytes[7] = {
	{ "PiB", (uint64_t)1 << 50 },
	{ "TiB", (uint64_t)1 << 40 },
	{ "GiB", (uint64_t)1 << 30 },
	{ "MiB", (uint64_t)1 << 20 },
	{ "KiB", (uint64_t)1 << 10 },
	{ "B", 1 },
	{ NULL, 0 },
};

const lws_humanize_unit_t humanize_schema_us[8] = {
	{ "y", (uint64_t)365 * 24 * 3600 * 1000000 },
	{ "d", (uint64_t)24 * 3600 * 1000000 },
	{ "hr", (uint64_t)3600 * 1000000 },
	{ "min", (uint64_t)60 * 1000000 },
	{ "s", 1000000 },
	{ "ms", 1000 },
	{ "us", 1 },
	{ NULL, 0 },
};

/* The largest unit that v reaches; the smallest for 0; NULL if the schema has none. */
static const lws_humanize_unit_t *
unit_for(uint64_t v, const lws_humanize_unit_t *schema)
{
	const lws_humanize_unit_t *last = NULL;

	for (; schema->name; last = schema++)
		if (v >= schema->factor)
			return schema;

	return last;
}

/* Thousandths of the unit, cut. In 128 bits, as the product of a remainder and 1000 may need more
 * than 64. */
static unsigned int
thousandths(uint64_t v, uint64_t factor)
{
	return (unsigned int)((unsigned __int128)(v % factor) * 1000 / factor);
}

int
lws_humanize(char *buf, size_t len, uint64_t value, const lws_humanize_unit_t *schema)
{
	const lws_humanize_unit_t *u = unit_for(value, schema);

	if (!u)
		return lws_snprintf(buf, len, "%llu", (unsigned long long)value);
	if (u->factor == 1)
		return lws_snprintf(buf, len, "%llu%s", (unsigned long long)value, u->name);

	return lws_snprintf(buf, len, "%llu.%03u%s", (unsigned long long)(value / u->factor),
			    thousandths(value, u->factor), u->name);
}

int
lws_humanize_pad(char *p, size_t len, uint64_t v, const lws_humanize_unit_t *schema)
{
	const lws_humanize_unit_t *u = unit_for(v, schema), *any;
	int widest = 0, pad;

	if (!u)
		return lws_humanize(p, len, v, schema);

	for (any = schema; any->name; any++)
		if ((int)strlen(any->name) > widest)
			widest = (int)strlen(any->name);
	pad = widest - (int)strlen(u->name);

	/* a whole number has the width of the decimals behind it */
	if (u->factor == 1)
		return lws_snprintf(p, len, " %4llu%s%*s", (unsigned long long)v, u->name, pad + 4, "");

	return lws_snprintf(p, len, " %4llu.%03u%s%*s", (unsigned long long)(v / u->factor),
			    thousandths(v, u->factor), u->name, pad, "");
}
