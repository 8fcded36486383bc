/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ownership by scope: a local that owns something releases it on every way out.
 *
 *     auto_free char *name = NULL;             free()
 *     auto_fd int fd = -1;                     close()
 *     auto_by(X509_free) X509 *cert = NULL;    after DEFINE_AUTO(X509, X509_free) in the same file
 *
 * take() hands the thing on: its value is the pointer, and the variable no longer owns it.
 */
#ifndef VSC_COMMON_OWN_H
#define VSC_COMMON_OWN_H

#include <stdlib.h>
#include <unistd.h>

static inline void own_free(void *owner)
{
    void **pointer = owner;

    free(*pointer);
}

static inline void own_close(const int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
}

static inline int own_take_fd(int *fd)
{
    int taken = *fd;

    *fd = -1;
    return taken;
}

#define auto_free   __attribute__((cleanup(own_free)))
#define auto_fd     __attribute__((cleanup(own_close)))
#define auto_by(fn) __attribute__((cleanup(fn##_owned)))

#define DEFINE_AUTO(type, fn)                                                                      \
    static inline void fn##_owned(type **owner)                                                    \
    {                                                                                              \
        if (*owner != NULL)                                                                        \
            fn(*owner);                                                                            \
    }

#define take(pointer)                                                                              \
    __extension__({                                                                                \
        __typeof__(pointer) own_taken = (pointer);                                                 \
        (pointer) = NULL;                                                                          \
        own_taken;                                                                                 \
    })
#define take_fd(fd) own_take_fd(&(fd))

#endif
