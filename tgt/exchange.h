/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The exchange with the KDC: PKINIT through vsc-pkcs11.so, one proof of the PIN and no more, never
 * a password. What comes of it is tried with the host's key where there is one, and is its
 * account's ticket or nobody's.
 */
#ifndef VSC_TGT_EXCHANGE_H
#define VSC_TGT_EXCHANGE_H

#include "tgt/worker.h"

struct exchange {
    struct tgt_get *get;    /* borrowed, as all here; exchange_forked() wipes the PIN */
    const char *realm;      /* "": libkrb5's default realm */
    const char *socket;     /* of vsc-card */
    const char *module;     /* vsc-pkcs11.so */
    const char *anchors;    /* a file or a folder, where krb5.conf names none; "" for none */
    bool as_root;           /* root's part runs as root: there is a sandbox, or nothing */
    struct host_keys *keys; /* what exchange_before() read; NULL without root */
    bool keys_broken;       /* there is a keytab, and nobody knows whether it has them */
};

/* Read the host's keys, as root. `data` is a struct exchange. */
void exchange_before(void *data);
/* Wipe the PIN. */
void exchange_forked(void *data);
/* `data` is a struct exchange. On success the result holds the ticket. */
void exchange_run(void *data, struct worker_result *result);

#endif
