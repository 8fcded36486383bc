/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files. Trusted files decide who may log in: they and the folders above them belong to root (or,
 * for a process of another user, to root or that user), nobody else may write them (a sticky folder
 * of root counts as safe), and no symbolic link is followed at their end.
 * Every change of a card is atomic: written beside, synced, renamed, folder synced.
 */
#ifndef VSC_COMMON_IO_H
#define VSC_COMMON_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/problem.h"

/*
 * Open a trusted regular file for reading, O_CLOEXEC and O_NOFOLLOW; checked on the descriptor, and
 * so is each folder above it. VSC_INPUT: it is not there or cannot be opened (errno tells);
 * VSC_UNTRUSTED: somebody else could change it.
 */
must_check enum vsc_err io_open_trusted(const char *path, int *ret_fd, struct problem *problem);
/* The same for a folder (to list it, or to open files in it). */
must_check enum vsc_err io_open_trusted_folder(const char *path, int *ret_fd,
                                               struct problem *problem);
/* The same for a folder that may also belong to `owner` (not those above it); 0 for nobody else. */
must_check enum vsc_err io_open_folder_of(const char *path, uid_t owner, int *ret_fd,
                                          struct problem *problem);
/* Read all of `fd`, at most `max` bytes (VSC_INPUT beyond). */
must_check enum vsc_err io_read_all(int fd, size_t max, struct buf *ret_content);
/* io_open_trusted and io_read_all. */
must_check enum vsc_err io_read_trusted(const char *path, size_t max, struct buf *ret_content,
                                        struct problem *problem);
/* The same below an open folder, for a file of which only type and size are checked. `name` is a
 * name in that folder, not a path. */
must_check enum vsc_err io_read_at(int folder, const char *name, size_t max,
                                   struct buf *ret_content);
/*
 * Put `content` into `folder`/`name` atomically with `mode`: a temporary file beside it (its name
 * starts with ".new-"), fsync, rename, fsync of the folder. `name` is not a path.
 */
must_check enum vsc_err io_write_at(int folder, const char *name, const void *content, size_t len,
                                    mode_t mode);
/* Write all, through short writes and EINTR. */
must_check enum vsc_err io_write_all(int fd, const void *bytes, size_t len);

#endif
