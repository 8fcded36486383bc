/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The process that speaks Kerberos. It is forked from root's part, becomes the user for good, and
 * tells what came of it through a pipe; root's part waits so long, and no longer. libkrb5 has no
 * deadline of its own, and whatever it reads from the network it reads with the user's rights.
 */
#ifndef VSC_TGT_WORKER_H
#define VSC_TGT_WORKER_H

#include "common/buf.h"
#include "common/deadline.h"
#include "common/drop.h"
#include "common/problem.h"
#include "common/wire_tgt.h"
#include "tgt/kept.h"

struct worker_result {
    enum tgt_outcome outcome;
    int32_t code;
    char text[CHECK_TEXT_SIZE];
    char principal[TGT_PRINCIPAL_SIZE];
    bool verified;
    struct buf creds; /* owned; wiped */
    char ccache[TGT_CCACHE_SIZE], own[TGT_CCACHE_SIZE];
};

#define auto_worker_result __attribute__((cleanup(worker_result_done)))

/* TGT_NONE, and empty. */
void worker_result_init(struct worker_result *result);
void worker_result_done(struct worker_result *result);
/* `text` loses what must not be shown; the outcome is `outcome`. */
void worker_result_set(struct worker_result *result, enum tgt_outcome outcome, int32_t code,
                       const char *text);

struct worker_job {
    const struct drop_user *user; /* whom it becomes; NULL: stays who it is */
    /* Before it becomes the user: root's files may be read. May be NULL. */
    void (*before)(void *data);
    /* In root's part, once the worker has everything: secrets are wiped. May be NULL. */
    void (*forked)(void *data);
    void (*run)(void *data, struct worker_result *result);
    void *data;
};

/*
 * Run it. A worker that does not end in time is killed: TGT_UNREACHABLE; one that ends without a
 * whole result: TGT_NONE. The caller releases `ret_result`.
 */
void worker_run(const struct worker_job *job, const struct deadline *deadline,
                struct worker_result *ret_result);

/* What goes through the pipe; for its tests. Bounds and characters are checked. */
void worker_result_encode(struct buf *body, const struct worker_result *result);
must_check enum vsc_err worker_result_decode(struct reader *reader,
                                             struct worker_result *ret_result);

#endif
