/* SPDX-License-Identifier: BSD-2-Clause */
/* vscmgr attest: one command with four uses, on the card's machine and at the verifier. */
#ifndef VSC_VSCMGR_ATTEST_H
#define VSC_VSCMGR_ATTEST_H

#include <openssl/x509.h>

#include "card/attest/bundle.h"
#include "common/secret.h"
#include "vscmgr/command.h"

struct attest_options {
    const char *conf, *out, *nonce, *csr;                        /* make */
    const char *activate;                                        /* activate; out as well */
    const char *verify, *challenge, *ek_roots, *ak, *secret_out; /* at the verifier */
    bool keyless; /* make: a card without keys is no error */
    bool json;
};

/* attest_verify.c: no TPM, no configuration. */
enum vsc_err attest_command_verify(const struct request *request,
                                   const struct attest_options *options);
enum vsc_err attest_command_challenge(const struct request *request,
                                      const struct attest_options *options);

/* attest_files.c: what the command reads and writes. */
must_check enum vsc_err attest_read_file(const char *path, size_t max, struct buf *ret_content,
                                         struct problem *problem);
/* Hexadecimal digits, or the name of a file with the bytes: 1 to BUNDLE_NONCE_MAX of them. */
must_check enum vsc_err attest_read_nonce(const char *what,
                                          unsigned char ret_nonce[BUNDLE_NONCE_MAX],
                                          size_t *ret_len, struct problem *problem);
/* PEM or DER; the caller frees. */
must_check enum vsc_err attest_read_csr(const char *path, X509_REQ **ret_csr,
                                        struct problem *problem);
/* A file with this mode, or standard output where `path` is NULL. */
must_check enum vsc_err attest_write_file(const char *path, const void *bytes, size_t len,
                                          mode_t mode, struct problem *problem);
/* A secret as a line of hexadecimal digits, to a file that only its owner reads or to standard
 * output. */
must_check enum vsc_err attest_write_secret(const char *path, const struct secret *secret,
                                            struct problem *problem);

#endif
