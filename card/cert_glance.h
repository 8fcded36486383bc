/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a login screen shows of a certificate: its UPN and its end. Nothing is verified, and what is
 * malformed is left out; who may sign in is vsc-check's business.
 */
#ifndef VSC_CARD_CERT_GLANCE_H
#define VSC_CARD_CERT_GLANCE_H

#include <stdbool.h>

#include "common/wire_watch.h"

/* Fill in `upn` and `not_after`; the key's id stays as it is. False: it is no certificate, or its
 * end is no date. */
bool cert_glance(const struct der *der, struct watch_cert *cert);

#endif
