/* SPDX-License-Identifier: BSD-2-Clause */
/* The records of sessions that were opened with a token, as they lie in their folder. */
#ifndef VSC_REMOVAL_RECORDS_H
#define VSC_REMOVAL_RECORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/err.h"
#include "common/problem.h"
#include "common/session_record.h"

#define RECORDS_MAX 256

struct records {
    struct session_record items[RECORDS_MAX]; /* of different sessions */
    size_t count;
    bool folder_empty; /* nothing is in it, or it is not there */
};

/*
 * Read the folder, which must be trusted (io.h): VSC_UNTRUSTED, VSC_INPUT else. A file in it counts
 * only if it is root's (or the own user's, in tests), a regular one that nobody else may even read,
 * and holds the record of the session that it is named after; everything else is logged and
 * deleted.
 */
must_check enum vsc_err records_read(const char *folder, struct records *ret_records,
                                     struct problem *problem);

#endif
