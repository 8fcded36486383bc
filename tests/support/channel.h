/* SPDX-License-Identifier: BSD-2-Clause */
/* vsc-card's serving code over fake cards, in processes of its own: for tests from outside. */
#ifndef VSC_TESTS_CHANNEL_H
#define VSC_TESTS_CHANNEL_H

#include <sys/types.h>

#include "card/serve.h"
#include "tests/support/fake_card.h"

struct channel_options {
    struct fake_cards *cards;
    enum conf_identities identities;
    enum conf_announce announce;
    int64_t timeout_ms, retry_ms, idle_ms;
};

/* Serve one channel in a child process: the other end. Aborts on failure. */
int channel_start(const struct channel_options *options);
/* A listener on `path` in a child process, once it listens: its pid. */
pid_t channel_listen(const struct channel_options *options, const char *path);
/* Connect to a listener; -1 on failure. */
int channel_connect(const char *path);
/* Run `client` with what is behind `context` as user `uid` in a child process: its exit status,
 * -1 when it did not exit. */
int channel_as(uid_t uid, int (*client)(void *context), void *context);

#endif
