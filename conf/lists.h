/* SPDX-License-Identifier: BSD-2-Clause */
/* The keys that hold more than strings: card.backends, mapping.rules, login.talk. */
#ifndef VSC_CONF_LISTS_H
#define VSC_CONF_LISTS_H

#include "conf/table.h"

/* One member of a group in a list: its name, its check and where it goes. */
struct conf_member {
    const char *name;
    const char *(*check)(const char *);
    char **target;
};

/* Read the members (ended by a NULL name): all must be there, and nothing else but `besides`. */
must_check enum vsc_err conf_read_members(const struct conf_source *source,
                                          const config_setting_t *group,
                                          const struct conf_member *members, const char *besides);
/* A list of groups with at most `max` entries; `what` shows how one looks. */
must_check enum vsc_err conf_check_groups(const struct conf_source *source,
                                          const config_setting_t *setting, int max,
                                          const char *what);

must_check enum vsc_err conf_read_backends(struct conf_source *source,
                                           const config_setting_t *setting);
must_check enum vsc_err conf_read_rules(struct conf_source *source,
                                        const config_setting_t *setting);
must_check enum vsc_err conf_read_talk(struct conf_source *source, const config_setting_t *setting);
/*
 * What can be said of the rules only when all keys are read: weak methods need mapping.allow_weak,
 * and two rules that are bound to disagree need mapping.conflict = "first".
 */
must_check enum vsc_err conf_check_rules(const struct conf_source *source);
void conf_rules_free(struct conf *conf);
void conf_lists_default(struct conf *conf);
void conf_lists_free(struct conf *conf);

#endif
