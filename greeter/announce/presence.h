/* SPDX-License-Identifier: BSD-2-Clause */
/* Does vsc-card say that a login screen may begin with the card? Asked over its socket. */
#ifndef VSC_GREETER_ANNOUNCE_PRESENCE_H
#define VSC_GREETER_ANNOUNCE_PRESENCE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/un.h>

#define PRESENCE_ASK_MS   2000  /* nobody waits longer */
#define PRESENCE_RENEW_MS 60000 /* a connection knows the configuration of its beginning */
#define PRESENCE_GRACE_MS 10000 /* so long the last word counts while there is no answer */

struct presence {
    char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
    int fd;       /* the connection; -1 for none */
    dev_t device; /* of it: the host may have closed it, and its number may be another's now */
    ino_t inode;
    int64_t opened_ms, asked_ms, answered_ms;
    bool asked, announced;
};

/* `path`: the socket; DIAL_SOCKET where it is NULL. False where it is none. */
bool presence_init(struct presence *presence, const char *path);
/* The last answer, or a new one when that is WATCH_POLL_MS old. */
bool presence_now(struct presence *presence);
/* Close the connection. */
void presence_done(struct presence *presence);

#endif
