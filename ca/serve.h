/* SPDX-License-Identifier: BSD-2-Clause */
/* One connection to the CA: who it is, what is asked, what `vsc-ca answer` says to it. */
#ifndef VSC_CA_SERVE_H
#define VSC_CA_SERVE_H

#include "common/err.h"

struct authority {
    const char *program; /* vsc-ca, absolute */
    const char *folder;  /* of the CA, absolute */
};

/* Logs one line. Nothing that goes wrong here is more to the peer than "unreachable". */
void serve_connection(int fd, const struct authority *authority);

#endif
