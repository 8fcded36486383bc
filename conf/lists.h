/* SPDX-License-Identifier: BSD-2-Clause */
/* The keys that hold more than strings: card.backends, mapping.rules, login.talk. */
#ifndef VSC_CONF_LISTS_H
#define VSC_CONF_LISTS_H

#include "conf/table.h"

must_check enum vsc_err conf_read_backends(struct conf_source *source,
                                           const config_setting_t *setting);
must_check enum vsc_err conf_read_rules(struct conf_source *source,
                                        const config_setting_t *setting);
must_check enum vsc_err conf_read_talk(struct conf_source *source, const config_setting_t *setting);
void conf_lists_default(struct conf *conf);
void conf_lists_free(struct conf *conf);

#endif
