/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one table of the configuration's keys. Defaults, reading, freeing, the test that flips every
 * key and the test of the shipped sample all walk it.
 */
#ifndef VSC_CONF_TABLE_H
#define VSC_CONF_TABLE_H

#include <libconfig.h>
#include <stdbool.h>
#include <stddef.h>

#include "conf/conf.h"

/* One reading of one file. */
struct conf_source {
    const char *file;
    struct conf *conf; /* what KEY_OWN reads into; NULL for a table without such */
    void *target;      /* what the offsets of the table count from */
    struct problem *problem;
};

enum conf_kind {
    KEY_STRING, /* char * */
    KEY_NUMBER, /* unsigned */
    KEY_BOOL,   /* bool */
    KEY_CHOICE, /* an enum whose values count from 0 as `choices` do */
    KEY_LIST,   /* struct conf_list */
    KEY_OWN,    /* `read` does it */
};

struct conf_key {
    const char *group, *name; /* group "": a key of no group */
    enum conf_kind kind;
    size_t offset;       /* in the target */
    size_t named_offset; /* of a bool that becomes true when the key stands in the file; 0: none */
    const char *text;    /* default of a string; of a list its items, with blanks between them; NULL
                            for an empty one */
    unsigned number;     /* default of a number, a bool, a choice */
    unsigned min, max;
    const char *const *choices;         /* NULL-terminated */
    const char *(*check)(const char *); /* of a string or each item: what is wrong, or NULL */
    enum vsc_err (*read)(struct conf_source *source, const config_setting_t *setting);
    bool default_only; /* its feature is not built yet */
};

extern const struct conf_key conf_keys[];
extern const size_t conf_key_count;

/* The table's default of one key, into the target `whole`. */
must_check enum vsc_err conf_key_default(const struct conf_key *key, void *whole);
void conf_key_free(const struct conf_key *key, void *whole);

#endif
