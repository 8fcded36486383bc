/* SPDX-License-Identifier: BSD-2-Clause */
/* Whom TLS is to trust for a profile's server. */
#ifndef VSC_ENROLL_TLS_ANCHORS_H
#define VSC_ENROLL_TLS_ANCHORS_H

#include "common/buf.h"
#include "common/err.h"
#include "common/problem.h"
#include "enroll/profile.h"

#define TLS_ANCHORS_MAX (4 * 1024 * 1024)

/* As PEM, of root's file or folder; nothing where the profile names none: the system's. */
must_check enum vsc_err tls_anchors_load(const struct profile *profile, struct buf *anchors,
                                         struct problem *problem);

#endif
