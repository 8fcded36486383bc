/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Revocation lists at hand, and what they say about a certificate (RFC 5280 6.3). Complete lists of
 * the issuer itself only: delta, indirect and partitioned ones count as if they were not there.
 */
#ifndef VSC_CERTCHECK_CRLS_H
#define VSC_CERTCHECK_CRLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/x509.h>

#include "certcheck/source.h"
#include "common/err.h"
#include "common/problem.h"

#define CRLS_MAX 4096

struct crls {
    X509_CRL **items; /* owned */
    size_t count;
    size_t broken; /* that claim to be lists and do not parse: as good as absent */
};

/* Add all of a source. */
must_check enum vsc_err crls_load(struct crls *crls, const struct source *source,
                                  struct problem *problem);
/* Add one list; one that does not parse is counted as broken. */
must_check enum vsc_err crls_add(struct crls *crls, const unsigned char *der, size_t len);
void crls_done(struct crls *crls);

enum crl_status {
    CRL_UNKNOWN, /* no list of the issuer that may be used */
    CRL_GOOD,
    CRL_GOOD_STALE, /* good by a list past nextUpdate, within max_stale */
    CRL_TOO_OLD,    /* the only ones are older than that */
    CRL_REVOKED,
};

struct crl_answer {
    enum crl_status status;
    int64_t next_update; /* of the list that counted; 0 for none */
    char detail[160];    /* why unknown, when and why revoked */
};

/*
 * Ask all lists about `cert`, whose issuer is `issuer` (its signature verified). A list counts if
 * it bears the issuer's name, fits its key identifier, verifies under its key, which may sign lists
 * where keyUsage stands, and has nothing critical that is not known. The newest current one
 * decides; revoked wins in any that is as new, stale or not.
 */
void crls_ask(const struct crls *crls, X509 *cert, X509 *issuer, int64_t at, unsigned max_stale,
              struct crl_answer *ret_answer);

#endif
