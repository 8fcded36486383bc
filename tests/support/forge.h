/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Certificates and revocation lists with any fault, correctly signed all the same, out of a text
 * notation of their DER. What is put together is a tree of fields ("leaf.san", "sub.spki") that
 * refer to each other; a test sets the field that is to be wrong, and lengths and signatures around
 * it follow. tests/hostile/README describes notation and fields.
 */
#ifndef VSC_TESTS_SUPPORT_FORGE_H
#define VSC_TESTS_SUPPORT_FORGE_H

#include <stddef.h>

#include <openssl/evp.h>

#include "common/buf.h"

#define FORGE_MAX ((size_t)64 * 1024 * 1024)

struct forge;

/* A good certificate, its CAs and their lists. The caller frees; keys stay for the next one. */
struct forge *forge_new(void);
void forge_free(struct forge *forge);
/* Let a field be another. Both strings are copied. */
void forge_set(struct forge *forge, const char *field, const char *notation);
/* Is it set to something of its own? `prefix` "sub." asks for all fields of it. */
bool forge_has(const struct forge *forge, const char *prefix);
/* Write down a field's bytes; aborts on a fault in the notation. */
void forge_put(struct forge *forge, const char *field, struct buf *to);

/* The key of a name, made at its first use: "rsa2048", "P-384", "ed25519", "explicit" and whatever
 * begins so; any other is P-256. Borrowed. A field's key "many" is another one in each turn. */
EVP_PKEY *forge_key(const char *name);
/* Its SubjectPublicKeyInfo. */
void forge_put_key(const char *name, struct buf *to);
/* A signature. `hash` "none" for keys that hash by themselves; `padding` "" or "pss SALTLENGTH". */
void forge_sign(const char *key, const char *hash, const char *padding, const struct buf *message,
                struct buf *to);

#endif
