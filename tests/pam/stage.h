/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A folder of its own with the fake helpers in it as vsc-check and vsc-card, and what they report.
 * The program build/tests/fakehelper/fakehelper must be there (FAKEHELPER, from the Makefile).
 */
#ifndef VSC_TESTS_STAGE_H
#define VSC_TESTS_STAGE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define STAGE_REPORT 65536

struct stage {
    char folder[PATH_MAX];
    pid_t listener; /* answers on folder/card.sock; 0 for none */
};

bool stage_open(struct stage *ret_stage);
void stage_close(struct stage *stage);
/* Forget the reports. */
void stage_reset(const struct stage *stage);
/* Without root the module reaches vsc-card by a socket: serve it with the script at `path`. */
bool stage_listen(struct stage *stage, const char *path);
void stage_unlisten(struct stage *stage);
/* What a helper wrote; "" if it was never started. */
void stage_report(const struct stage *stage, const char *helper, char to[STAGE_REPORT]);
/* Is a helper that was spawned still there, as a process or as a zombie? */
bool stage_has_leftover(const struct stage *stage);
/* Wait for helpers behind the socket, which are nobody's to stop, to have seen its end. */
void stage_settle(const struct stage *stage);
/* Leave a helper out, or put it back. */
bool stage_remove(const struct stage *stage, const char *helper);
bool stage_put(const struct stage *stage, const char *helper);

#endif
