/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where certificates and revocation lists come from: a PEM or DER file, or a folder of such files.
 * A file may hold several. Of a folder, subfolders, hidden files, the hash links that c_rehash(1)
 * makes, and files that are neither PEM nor DER are passed over.
 */
#ifndef VSC_CERTCHECK_SOURCE_H
#define VSC_CERTCHECK_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/problem.h"

#define SOURCE_FILES_MAX 4096

enum source_kind {
    SOURCE_CERTIFICATES,
    SOURCE_CRLS,
};

struct source {
    const char *path; /* borrowed; NULL or "" for none */
    bool named;       /* missing is an error; else it counts as empty */
    bool trusted;     /* decides who may log in: see io.h */
};

/*
 * Takes one object: its DER, borrowed for the call. `der` is NULL for something that claims to be
 * one and cannot be decoded. Anything but VSC_OK ends the reading with that.
 */
typedef enum vsc_err source_visit(void *arg, const char *file, const unsigned char *der,
                                  size_t len);

/*
 * Visit all objects of a kind. VSC_INPUT: a file cannot be read, or a file that was itself named is
 * neither PEM nor DER; VSC_UNTRUSTED: others could change one.
 */
must_check enum vsc_err source_read(const struct source *source, enum source_kind kind,
                                    source_visit *visit, void *arg, struct problem *problem);

/* Takes the path of one file, not opened yet. Anything but VSC_OK ends the listing with that. */
typedef enum vsc_err source_file_visit(void *arg, const char *file);
/* Visit all files of a source in the order of their names. */
must_check enum vsc_err source_each_file(const struct source *source, source_file_visit *visit,
                                         void *arg, struct problem *problem);
/* Read one of them; empty for a file of a folder that is neither PEM nor DER, or of another kind.
 * Errors as source_read(). */
must_check enum vsc_err source_read_file(const struct source *source, const char *file,
                                         enum source_kind kind, struct buf *ret_content,
                                         struct problem *problem);

/* The same as source_read() for bytes at hand. */
must_check enum vsc_err source_split(const struct buf *content, const char *file,
                                     enum source_kind kind, source_visit *visit, void *arg);

/* Neither a PEM block nor a DER SEQUENCE is in it. */
bool source_is_foreign(const struct buf *content);
/* A list or a key in DER where certificates are wanted: a folder may hold all of them. */
bool source_is_of_other(const struct buf *content, enum source_kind kind);

/* A number that is another one when a file of the source was changed, added or taken away. */
uint64_t source_fingerprint(const struct source *source);

#endif
