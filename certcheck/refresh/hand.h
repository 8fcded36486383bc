/* SPDX-License-Identifier: BSD-2-Clause */
/* The lists that were put into revocation.crls by hand: indexed, and told. */
#ifndef VSC_CERTCHECK_REFRESH_HAND_H
#define VSC_CERTCHECK_REFRESH_HAND_H

#include "certcheck/refresh/refresh.h"

enum hand_pass {
    HAND_FIRST,  /* tells of what is indexed, and leaves the rest for the second */
    HAND_SECOND, /* tells of that, with the issuers that were fetched meanwhile */
};

/* One pass over all files; *ret_left is how many of them could not be indexed. */
must_check enum vsc_err hand_index(struct refresh *refresh, enum hand_pass pass, size_t *ret_left,
                                   struct problem *problem);

#endif
