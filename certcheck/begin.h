/* SPDX-License-Identifier: BSD-2-Clause */
/* The answer to BEGIN: is this service, from here, for this user, to be served at all. */
#ifndef VSC_CERTCHECK_BEGIN_H
#define VSC_CERTCHECK_BEGIN_H

#include "certcheck/accounts.h"
#include "common/wire_check.h"
#include "conf/conf.h"

/* `host` is this machine's own name. Fills all of *ret_begun. */
void begin_answer(const struct check_begin *begin, const struct conf *conf, const char *host,
                  const struct account_source *accounts, struct check_begun *ret_begun);

/*
 * Why `service`, known by its name alone, may not be used with a card; NULL where it may. sshd is
 * asked from another machine always; the module's argument allow_remote is not known here.
 */
const char *begin_service_refused(const char *service, const struct conf *conf);

/*
 * A request from another machine: sshd always; any remote host that is given, "localhost" too
 * (a tunnel ends there), but the own name for sudo, which puts it there; and a session that logind
 * calls remote.
 */
bool begin_is_remote(const struct check_begin *begin, const char *host);

#endif
