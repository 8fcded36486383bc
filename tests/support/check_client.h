/* SPDX-License-Identifier: BSD-2-Clause */
/* The module's side of a talk with vsc-check: requests made and answers read, for tests. */
#ifndef VSC_TESTS_SUPPORT_CHECK_CLIENT_H
#define VSC_TESTS_SUPPORT_CHECK_CLIENT_H

#include "common/wire.h"
#include "common/wire_check.h"

/* Requests. The caller releases them. Files are below the test CA's folder (pki.h). */
void client_begin(struct message *request, const char *service, const char *user,
                  const char *rhost);
/* One candidate for each of `count` files of certs/, with all certificates in it. */
void client_evaluate(struct message *request, const char *const *files, size_t count);
/* One candidate that is no certificate. */
void client_evaluate_garbage(struct message *request);
void client_prove(struct message *request, uint32_t index, const unsigned char *signature,
                  size_t len);
void client_recheck(struct message *request, const char *user, const char *file);

/* Answers; abort when they are malformed. */
struct check_begun client_begun(const struct message *answer);
/* The caller releases it. */
struct check_evaluations client_evaluated(const struct message *answer);
struct check_verdict client_verdict(const struct message *answer);

/* "expired revoked" */
const char *client_codes(const uint16_t *reasons, size_t count);

#endif
