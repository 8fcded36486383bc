/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The client libraries of the directories, loaded when they are needed: by absolute names in the
 * system's own folders, never by a search path. Only a directory's child calls them.
 */
#ifndef VSC_CERTCHECK_DIRECTORY_LIBRARY_H
#define VSC_CERTCHECK_DIRECTORY_LIBRARY_H

#include <stdbool.h>
#include <sys/types.h>

#include "certcheck/directory.h"

struct directory_library {
    const char *name;         /* of the directory */
    const char *const *files; /* where the library may be; the first that exists; ends with NULL */
    /* Find the functions in a library that dlopen() has loaded; false if one is not there. */
    bool (*bind)(void *handle);
    enum directory_result (*sid_of)(uid_t uid, char sid[SID_SIZE]);
    enum directory_result (*uid_of)(const char *sid, uid_t *ret_uid);
};

extern const struct directory_library directory_winbind; /* libwbclient.so.0 */
extern const struct directory_library directory_sssd;    /* libsss_nss_idmap.so.0 */

/* The file of the library that is there, or NULL. */
const char *directory_library_file(const struct directory_library *library);

#endif
