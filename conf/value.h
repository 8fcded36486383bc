/* SPDX-License-Identifier: BSD-2-Clause */
/* Values of the configuration: read by their table row, with errors that say file:line: key. */
#ifndef VSC_CONF_VALUE_H
#define VSC_CONF_VALUE_H

#include "conf/table.h"

/* "FILE:LINE: KEY: ..." into the source's problem; returns VSC_CONFIG. */
enum vsc_err conf_fault(const struct conf_source *source, const config_setting_t *setting,
                        const char *format, ...) __attribute__((format(printf, 3, 4)));

/* A copy of a string that is printable and passes `check` (NULL: none). What was in *target is
 * freed. */
must_check enum vsc_err conf_read_string(const struct conf_source *source,
                                         const config_setting_t *setting,
                                         const char *(*check)(const char *), char **target);
/* The index of a string among `choices`. */
must_check enum vsc_err conf_read_choice(const struct conf_source *source,
                                         const config_setting_t *setting,
                                         const char *const *choices, unsigned *ret_index);
/* Whatever the row says, into the source's configuration. */
must_check enum vsc_err conf_read_key(struct conf_source *source, const struct conf_key *key,
                                      const config_setting_t *setting);

#endif
