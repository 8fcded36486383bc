/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A verified revocation list as sorted serial numbers, so that a list of a million entries costs a
 * sign-in what an empty one costs. The format is in vsc-cache(5).
 *
 *   head     "VSCCRLIX", version, length; entries, flags, SHA-256 of the signer's key and of the
 *            list, the list without its entries, where it came from, certificate issuers; SHA-256
 *            of all this
 *   blocks   each 101 records of 40 bytes (the last may have fewer), then SHA-256 over the head's
 *            digest, the block's number and its records
 *
 * An index in a file is read with pread(): a file that becomes shorter in the meantime is a fault
 * of a read and not a signal, and no page of it counts as memory of the process. Whatever is read
 * is compared with its digest before it is used, so that a damaged file is refused, never believed.
 * Files are replaced by rename only.
 */
#ifndef VSC_CERTCHECK_CRL_INDEX_H
#define VSC_CERTCHECK_CRL_INDEX_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include <openssl/x509.h>

#include "certcheck/crl_raw.h"
#include "common/err.h"

#define CRL_INDEX_VERSION     1
#define CRL_INDEX_HEAD_MAX    (1024 * 1024)
#define CRL_INDEX_KEY         24 /* bytes of a serial number in a record */
#define CRL_INDEX_RECORD      40
#define CRL_INDEX_PER_BLOCK   101
#define CRL_INDEX_ISSUERS_MAX 1024 /* of an indirect list */
#define CRL_INDEX_SHA256      32

/* The file that a list was put into by hand: an index counts as long as this stays what it is. */
struct crl_origin {
    char path[PATH_MAX]; /* "": the list was fetched; everything else is 0 then */
    uint64_t size, inode, device;
    int64_t mtime_ns;
    uint32_t position, count; /* of the list among those of the file */
};

struct crl_index {
    X509_CRL *head;                         /* owned: the list without entries */
    unsigned char key[CRL_INDEX_SHA256];    /* of the SubjectPublicKeyInfo that verified it */
    unsigned char sha256[CRL_INDEX_SHA256]; /* of the list in DER */
    struct crl_origin origin;
    uint32_t entries;
    bool strange;        /* an entry holds something critical that is not known */
    X509_NAME **issuers; /* owned: other issuers of certificates, 1.. in the records */
    uint32_t issuer_count;
    unsigned char digest[CRL_INDEX_SHA256]; /* of the head */
    size_t head_len, len;
    int fd;               /* owned; -1: in memory */
    unsigned char *bytes; /* owned; NULL: in the file */
};

struct crl_entry {
    int64_t since;  /* seconds */
    uint8_t reason; /* CRL_ENTRY_NO_REASON where none stands */
};

/* SHA-256 of a certificate's SubjectPublicKeyInfo. */
must_check enum vsc_err crl_index_key_of(const X509 *cert, unsigned char ret_key[CRL_INDEX_SHA256]);

/* The origin of the list at `position` of `count` in a file. */
struct crl_origin crl_origin_of(const char *path, const struct stat *status, uint32_t position,
                                uint32_t count);
/* Is it still the file that it was, by path, size, mtime and inode? */
bool crl_origin_is(const struct crl_origin *origin, const char *path, const struct stat *status);

/*
 * Index a list whose signature the key of `signer` verifies; that it does is asked here again.
 * `origin` is NULL for one that was fetched. VSC_CERT: the signature does not verify; VSC_INPUT: an
 * entry is malformed, or there are too many issuers. The caller frees.
 */
must_check enum vsc_err crl_index_build(const struct crl_raw *raw, const X509 *signer,
                                        const struct crl_origin *origin,
                                        struct crl_index **ret_index);
/* Put an index that is in memory into `folder`/`name`, atomically, mode 0644. */
must_check enum vsc_err crl_index_write(const struct crl_index *index, int folder,
                                        const char *name);

/*
 * Open `folder`/`name`; whose file it is was not looked at: cache_open_file() does. Takes `fd`
 * over. VSC_INPUT: damaged, of another version, no index: as good as absent. The caller frees.
 */
must_check enum vsc_err crl_index_open(int fd, struct crl_index **ret_index);
/* The same for bytes from malloc(), which are taken over in any case. */
must_check enum vsc_err crl_index_from(unsigned char *bytes, size_t len,
                                       struct crl_index **ret_index);
/* Is every block as it was written? Reads all of it: for refresh, which makes a damaged one anew.
 */
bool crl_index_is_whole(const struct crl_index *index);
void crl_index_free(struct crl_index *index);

/*
 * Find the entry for a serial number under the issuer of the certificate (the list's own, or
 * another one in an indirect list). VSC_OK: it is there; VSC_NO_KEY: it is not; VSC_INPUT: what had
 * to be read is damaged, and nothing is known.
 */
must_check enum vsc_err crl_index_find(const struct crl_index *index, const ASN1_INTEGER *serial,
                                       const X509_NAME *issuer, struct crl_entry *ret_entry);

/* A serial number as it stands in a record: its length, its octets; its hash where it is longer
 * than RFC 5280 4.1.2.2 allows by far. `content` is that of the INTEGER. */
void crl_index_serial(const struct der_span *content, unsigned char ret_key[CRL_INDEX_KEY]);

#endif
