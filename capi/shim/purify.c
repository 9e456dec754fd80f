/* Escaping for SQL, JSON and file names: lws-purify.h. */
#include "internal.h"

const char *
lws_sql_purify(char *escaped, const char *string, size_t len)
{
	const char *p = string ? string : "";
	char *o = escaped;

	if (!len)
		return escaped;

	for (; *p; p++) {
		size_t need = *p == '\'' ? 2 : 1;

		if (need >= len)
			break;
		if (*p == '\'')
			*o++ = '\'';
		*o++ = *p;
		len -= need;
	}
	*o = '\0';

	return escaped;
}

int
lws_sql_purify_len(const char *p)
{
	int n = 0;

	for (; p && *p; p++)
		n += *p == '\'' ? 2 : 1;

	return n;
}

/* Bytes of the UTF-8 character (RFC 3629 section 4) at p, which ends with NUL; 0 if it is none. */
static size_t
utf8_len(const unsigned char *p)
{
	unsigned char low = 0x80, high = 0xbf;
	size_t n;

	if (p[0] < 0x80)
		return 1;
	if (p[0] >= 0xc2 && p[0] <= 0xdf)
		n = 2;
	else if (p[0] >= 0xe0 && p[0] <= 0xef)
		n = 3;
	else if (p[0] >= 0xf0 && p[0] <= 0xf4)
		n = 4;
	else
		return 0;

	switch (p[0]) {
	case 0xe0: low = 0xa0; break;
	case 0xed: high = 0x9f; break;
	case 0xf0: low = 0x90; break;
	case 0xf4: high = 0x8f; break;
	}
	for (size_t i = 1; i < n; i++, low = 0x80, high = 0xbf)
		if (p[i] < low || p[i] > high)
			return 0;

	return n;
}

/* Escapes what is at p for JSON (RFC 8259 section 7) to o, at most 6 bytes. Sets *used to the bytes it
 * was, and returns the bytes it became. */
static size_t
json_escape(const char *p, char o[6], size_t *used)
{
	static const char digits[] = "0123456789ABCDEF";
	unsigned char c = (unsigned char)*p;
	char letter = 0;

	*used = utf8_len((const unsigned char *)p);
	if (*used > 1) {
		memcpy(o, p, *used);
		return *used;
	}

	switch (c) {
	case '\b': letter = 'b'; break;
	case '\f': letter = 'f'; break;
	case '\n': letter = 'n'; break;
	case '\r': letter = 'r'; break;
	case '\t': letter = 't'; break;
	case '\\': letter = '\\'; break;
	}
	if (letter) {
		o[0] = '\\';
		o[1] = letter;
		return 2;
	}

	if (*used && c >= ' ' && c != '"') {
		o[0] = *p;
		return 1;
	}

	/* the quote too: \u0022 is safe where the JSON itself is put between quotes */
	*used = 1;
	memcpy(o, "\\u00", 4);
	o[4] = digits[c >> 4];
	o[5] = digits[c & 15];

	return 6;
}

const char *
lws_json_purify(char *escaped, const char *string, int len, int *in_used)
{
	const char *start = string ? string : "", *p = start;
	char *o = escaped;

	while (*p && len > 0) {
		char e[6];
		size_t used, n = json_escape(p, e, &used);

		if (n >= (size_t)len)
			break;
		memcpy(o, e, n);
		o += n;
		len -= (int)n;
		p += used;
	}
	if (len > 0)
		*o = '\0';
	if (in_used)
		*in_used = lws_ptr_diff(p, start);

	return escaped;
}

int
lws_json_purify_len(const char *string)
{
	const char *p = string ? string : "";
	size_t n = 0, used;
	char e[6];

	for (; *p; p += used)
		n += json_escape(p, e, &used);

	return (int)n;
}

void
lws_filename_purify_inplace(char *filename)
{
	for (char *p = filename; *p; p++) {
		if (p[0] == '.' && p[1] == '.') {
			p[0] = '_';
			p[1] = '_';
		}
		if (strchr("/\\$%:", *p) || (unsigned char)*p < ' ' || *p == 0x7f)
			*p = '_';
	}
}
