/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One fault at one command, told by a file with one line: "N KIND VALUE", where N counts the
 * commands since the file was written, from 1. The TPM does not get the command. KIND is
 *   rc      VALUE is the response code
 *   bytes   VALUE bytes come back. From 11 on they look like a response of success that is cut
 *           short, before that like nothing; then the connection is closed
 *   close   the connection is closed
 *   stall   nothing comes back until the client goes
 * It happens once: the file is then removed, so that whoever wrote it sees that it did.
 */
#ifndef VSC_TESTS_PROXY_FAULT_H
#define VSC_TESTS_PROXY_FAULT_H

#include "tests/proxy/frame.h"

enum fault_effect {
    FAULT_NONE,
    FAULT_ANSWERED, /* the client has its answer */
    FAULT_ENDED,    /* the connection must be closed */
};

/* At each command: what `path` (NULL: nothing) says is done. */
enum fault_effect fault_apply(const char *path, int client);

/*
 * What clients left in the TPM: loaded objects and sessions, and NV indices. The former are
 * flushed, as a resource manager does when a client goes.
 */
struct leftovers {
    unsigned loaded, indices;
};
bool leftovers_take(int tpm, struct leftovers *ret_leftovers);

#endif
