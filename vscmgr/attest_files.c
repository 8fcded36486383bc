/* SPDX-License-Identifier: BSD-2-Clause */
/* The files of vscmgr attest. */
#include <errno.h>
#include <fcntl.h>
#include <openssl/pem.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/hex.h"
#include "common/io.h"
#include "common/own.h"
#include "vscmgr/attest.h"

#define CSR_MAX 65536

DEFINE_AUTO(BIO, BIO_free)

enum vsc_err attest_read_file(const char *path, size_t max, struct buf *ret_content,
                              struct problem *problem)
{
    auto_fd int file = open(path, O_RDONLY | O_CLOEXEC);

    if (file < 0)
        return problem_set(problem, VSC_INPUT, "%s: %s", path, strerror(errno));
    buf_init(ret_content, max);
    if (io_read_all(file, max, ret_content) != VSC_OK)
        return problem_set(problem, VSC_INPUT, "%s: unreadable, or longer than %zu bytes", path,
                           max);
    return VSC_OK;
}

enum vsc_err attest_read_nonce(const char *what, unsigned char ret_nonce[BUNDLE_NONCE_MAX],
                               size_t *ret_len, struct problem *problem)
{
    auto_buf struct buf content;
    enum vsc_err err;

    buf_init(&content, BUNDLE_NONCE_MAX);
    if (hex_read(what, strlen(what), BUNDLE_NONCE_MAX, ret_nonce, ret_len))
        return VSC_OK;
    err = attest_read_file(what, BUNDLE_NONCE_MAX, &content, problem);
    if (err != VSC_OK)
        return err;
    if (content.len == 0)
        return problem_set(problem, VSC_INPUT, "%s: empty", what);
    memcpy(ret_nonce, content.data, content.len);
    *ret_len = content.len;
    return VSC_OK;
}

enum vsc_err attest_read_csr(const char *path, X509_REQ **ret_csr, struct problem *problem)
{
    auto_by(BIO_free) BIO *bio = NULL;
    auto_buf struct buf content;
    const unsigned char *at;
    X509_REQ *csr = NULL;
    enum vsc_err err;

    buf_init(&content, CSR_MAX);
    err = attest_read_file(path, CSR_MAX, &content, problem);
    if (err != VSC_OK)
        return err;
    bio = BIO_new_mem_buf(content.data, (int)content.len);
    if (bio == NULL)
        return VSC_MEMORY;
    at = content.data;
    csr = PEM_read_bio_X509_REQ(bio, NULL, NULL, NULL);
    if (csr == NULL && content.len > 0)
        csr = d2i_X509_REQ(NULL, &at, (long)content.len);
    if (csr == NULL)
        return problem_set(problem, VSC_INPUT, "%s: no certificate request (PEM or DER)", path);
    *ret_csr = csr;
    return VSC_OK;
}

/* What is for nobody else goes into no file that somebody else has put there. */
static bool is_own(int file)
{
    struct stat status;

    return fstat(file, &status) == 0 && status.st_uid == geteuid() && status.st_nlink == 1;
}

enum vsc_err attest_write_file(const char *path, const void *bytes, size_t len, mode_t mode,
                               struct problem *problem)
{
    const bool is_secret = (mode & (S_IRGRP | S_IROTH)) == 0;
    auto_fd int file = -1;

    if (path == NULL) {
        if (fwrite(bytes, 1, len, stdout) != len || fflush(stdout) != 0)
            return problem_set(problem, VSC_SYSTEM, "standard output cannot be written");
        return VSC_OK;
    }
    file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | (is_secret ? O_NOFOLLOW : O_TRUNC), mode);
    if (file >= 0 && is_secret && !is_own(file))
        return problem_set(problem, VSC_UNTRUSTED, "%s: it is somebody else's", path);
    if (file < 0 || (is_secret && ftruncate(file, 0) != 0) || fchmod(file, mode) != 0 ||
        io_write_all(file, bytes, len) != VSC_OK)
        return problem_set(problem, VSC_SYSTEM, "%s: %s", path, strerror(errno));
    return VSC_OK;
}

enum vsc_err attest_write_secret(const char *path, const struct secret *secret,
                                 struct problem *problem)
{
    char text[2 * SECRET_MAX + 1];
    enum vsc_err err;

    hex_write(secret->bytes, secret->len, text);
    text[2 * secret->len] = '\n';
    err = attest_write_file(path, text, 2 * secret->len + 1, 0600, problem);
    explicit_bzero(text, sizeof text);
    return err;
}
