/* SPDX-License-Identifier: BSD-2-Clause */
/* A folder of configuration files of root's, such as the one of enrollment profiles. */
#ifndef VSC_CONF_FOLDER_H
#define VSC_CONF_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/problem.h"

#define CONF_FOLDER_FILES_MAX 64

/* One file, its path for messages. What it returns other than VSC_OK ends the reading. */
typedef enum vsc_err conf_folder_visit(void *context, const char *path, const struct buf *content,
                                       struct problem *problem);

/*
 * Each trusted "*.conf" of the trusted folder, in the order of their names, with at most `max`
 * bytes. "" is no folder, and where `must_exist` is not set, a missing one is as good as empty.
 * Errors as io_read_trusted() has them; VSC_CONFIG for too many files.
 */
must_check enum vsc_err conf_folder_read(const char *folder, bool must_exist, size_t max,
                                         conf_folder_visit *visit, void *context,
                                         struct problem *problem);

#endif
