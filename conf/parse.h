/* SPDX-License-Identifier: BSD-2-Clause */
/* A configuration from memory: what conf_load() does after it has read the file. */
#ifndef VSC_CONF_PARSE_H
#define VSC_CONF_PARSE_H

#include <stddef.h>

#include "conf/conf.h"

#define CONF_SIZE_MAX (256 * 1024) /* bytes of the file */

/* `name` stands for the file in messages. VSC_CONFIG or VSC_MEMORY; the caller frees *ret_conf. */
must_check enum vsc_err conf_parse(const char *name, const void *content, size_t len,
                                   struct conf **ret_conf, struct problem *problem);

#endif
