/*
 * A ws echo server on systemd's sd-event: host-sdevent [PORT]
 *
 * sd-event takes signals only where every thread blocks them: main() does so before there is another.
 *
 * cc host-sdevent.c -lwebsockets -lsystemd
 */
#include <libwebsockets.h>
#include <stdio.h>
#include <systemd/sd-event.h>

static int callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	(void)user;
	if (reason != LWS_CALLBACK_RECEIVE) return 0;
	int flags = lws_write_ws_flags(lws_frame_is_binary(wsi) ? LWS_WRITE_BINARY : LWS_WRITE_TEXT,
				       lws_is_first_fragment(wsi), lws_is_final_fragment(wsi));
	return lws_write(wsi, in, len, (enum lws_write_protocol)flags) == (int)len ? 0 : -1;
}

static const struct lws_protocols protocols[] = { { .name = "echo", .callback = callback, .rx_buffer_size = 65536 }, { 0 } };

static struct lws_context *context;

static int on_tick(sd_event_source *timer, uint64_t at, void *arg)
{
	(void)arg;
	printf("tick\n");
	sd_event_source_set_time(timer, at + 1000000);
	return sd_event_source_set_enabled(timer, SD_EVENT_ON);
}

static int on_signal(sd_event_source *s, const struct signalfd_siginfo *info, void *loop)
{
	(void)s;
	(void)info;
	lws_context_destroy(context);
	return sd_event_exit(loop, 0);
}

int main(int argc, char **argv)
{
	struct lws_context_creation_info info;
	sd_event *loop = NULL;
	void *loops[1];
	sigset_t signals;
	uint64_t now;
	int status;

	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	if (sd_event_new(&loop) < 0) return 1;
	sd_event_add_signal(loop, NULL, SIGINT, on_signal, loop);
	sd_event_add_signal(loop, NULL, SIGTERM, on_signal, loop);
	sd_event_now(loop, CLOCK_MONOTONIC, &now);
	sd_event_add_time(loop, NULL, CLOCK_MONOTONIC, now + 1000000, 0, on_tick, NULL);
	lws_set_log_level(LLL_ERR | LLL_WARN, NULL);
	memset(&info, 0, sizeof info);
	info.port = argc > 1 ? atoi(argv[1]) : 7681;
	info.protocols = protocols;
	loops[0] = loop;
	info.options = LWS_SERVER_OPTION_SDEVENT;
	info.foreign_loops = loops;
	if (!(context = lws_create_context(&info))) return 1;
	status = sd_event_loop(loop);
	sd_event_unref(loop);
	return status;
}
