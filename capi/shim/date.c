/* HTTP dates, RFC 9110 section 5.6.7: lws-http.h. By hand, since strftime() and strptime() follow the
 * program's locale. */
#include "internal.h"

#include <time.h>

static const char days[7][10] = { "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday",
				  "Saturday" };
static const char months[12][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep",
				    "Oct", "Nov", "Dec" };

int
lws_http_date_render_from_unix(char *buf, size_t len, const time_t *t)
{
	char s[64];
	struct tm tm;
	int n;

	if (!gmtime_r(t, &tm))
		return -1;

	n = lws_snprintf(s, sizeof(s), "%.3s, %02d %s %04d %02d:%02d:%02d GMT", days[tm.tm_wday],
			 tm.tm_mday, months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min,
			 tm.tm_sec);
	if ((size_t)n >= len)
		return -1;
	lws_strncpy(buf, s, len);

	return 0;
}

/* What is still to be read. Each reader below moves it and returns nonzero if something else stands there. */
struct input {
	const char *p, *end;
};

static int
literal(struct input *in, const char *s)
{
	size_t n = strlen(s);

	if ((size_t)(in->end - in->p) < n || memcmp(in->p, s, n))
		return 1;
	in->p += n;

	return 0;
}

static int
digits(struct input *in, int count, int *value)
{
	*value = 0;
	for (; count; count--, in->p++) {
		if (in->p == in->end || *in->p < '0' || *in->p > '9')
			return 1;
		*value = *value * 10 + *in->p - '0';
	}

	return 0;
}

static int
month(struct input *in, int *value)
{
	for (*value = 0; *value < 12; (*value)++)
		if (!literal(in, months[*value]))
			return 0;

	return 1;
}

/* The day's name, whole or its first three letters; which one is not compared with the date. */
static int
day_name(struct input *in, int *whole)
{
	for (int i = 0; i < 7; i++) {
		char first[4];

		*whole = 1;
		if (!literal(in, days[i]))
			return 0;
		*whole = 0;
		lws_strncpy(first, days[i], sizeof(first));
		if (!literal(in, first))
			return 0;
	}

	return 1;
}

static int
clock_time(struct input *in, struct tm *tm)
{
	return digits(in, 2, &tm->tm_hour) || literal(in, ":") || digits(in, 2, &tm->tm_min) ||
	       literal(in, ":") || digits(in, 2, &tm->tm_sec);
}

/* "Sun, 06 Nov 1994 08:49:37 GMT" */
static int
imf_fixdate(struct input *in, struct tm *tm)
{
	if (literal(in, ", ") || digits(in, 2, &tm->tm_mday) || literal(in, " ") ||
	    month(in, &tm->tm_mon) || literal(in, " ") || digits(in, 4, &tm->tm_year) ||
	    literal(in, " ") || clock_time(in, tm) || literal(in, " GMT"))
		return 1;
	tm->tm_year -= 1900;

	return 0;
}

/* "Sunday, 06-Nov-94 08:49:37 GMT": a year more than 50 years ahead is one of the past. */
static int
rfc850_date(struct input *in, struct tm *tm)
{
	time_t now = (time_t)lws_now_secs();
	struct tm today;

	if (literal(in, ", ") || digits(in, 2, &tm->tm_mday) || literal(in, "-") ||
	    month(in, &tm->tm_mon) || literal(in, "-") || digits(in, 2, &tm->tm_year) ||
	    literal(in, " ") || clock_time(in, tm) || literal(in, " GMT") || !gmtime_r(&now, &today))
		return 1;

	tm->tm_year += today.tm_year - today.tm_year % 100;
	if (tm->tm_year > today.tm_year + 50)
		tm->tm_year -= 100;

	return 0;
}

/* "Sun Nov  6 08:49:37 1994" */
static int
asctime_date(struct input *in, struct tm *tm)
{
	if (literal(in, " ") || month(in, &tm->tm_mon) || literal(in, " ") ||
	    digits(in, literal(in, " ") ? 2 : 1, &tm->tm_mday) || literal(in, " ") ||
	    clock_time(in, tm) || literal(in, " ") || digits(in, 4, &tm->tm_year))
		return 1;
	tm->tm_year -= 1900;

	return 0;
}

int
lws_http_date_parse_unix(const char *b, size_t len, time_t *t)
{
	struct input in = { b, b + len };
	struct tm tm, asked;
	int whole, bad;
	time_t v;

	memset(&tm, 0, sizeof(tm));

	if (day_name(&in, &whole))
		return -1;
	if (whole)
		bad = rfc850_date(&in, &tm);
	else if (in.p < in.end && *in.p == ',')
		bad = imf_fixdate(&in, &tm);
	else
		bad = asctime_date(&in, &tm);
	if (bad || in.p != in.end)
		return -1;

	/* a leap second counts as the one before it */
	if (tm.tm_sec == 60)
		tm.tm_sec = 59;

	/* timegm() carries 32 November over to December: then it was no date */
	asked = tm;
	v = timegm(&tm);
	if (tm.tm_mday != asked.tm_mday || tm.tm_mon != asked.tm_mon || tm.tm_hour != asked.tm_hour ||
	    tm.tm_min != asked.tm_min || tm.tm_sec != asked.tm_sec)
		return -1;

	*t = v;

	return 0;
}
