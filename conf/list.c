/* SPDX-License-Identifier: BSD-2-Clause */
/* What users of a configuration need that came from elsewhere than a file: no libconfig here. */
#include <string.h>

#include "conf/conf.h"

bool conf_ntauth_is_directory(const struct conf *conf)
{
    return strcmp(conf->trust.ntauth, CONF_FROM_DIRECTORY) == 0;
}

bool conf_list_has(const struct conf_list *list, const char *item)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i], item) == 0)
            return true;
    return false;
}
