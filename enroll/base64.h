/* SPDX-License-Identifier: BSD-2-Clause */
/* Base64 (RFC 4648, section 4) as a server sends it: read strictly but for white space. */
#ifndef VSC_ENROLL_BASE64_H
#define VSC_ENROLL_BASE64_H

#include <stddef.h>

#include "common/buf.h"
#include "common/err.h"

/* Into `ret_bytes`, empty and initialised by the caller; `len` is bounded by then. VSC_CERT: it is
 * none. VSC_MEMORY: it does not fit. */
must_check enum vsc_err base64_read(const void *text, size_t len, struct buf *ret_bytes);

#endif
