/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of services. Blind are those that show no text, or answer every hidden prompt with what
 * was typed once: a second prompt would only burn a try.
 */
#include "certcheck/talk.h"

#include <stddef.h>
#include <string.h>

/* A star at the end stands for any rest. */
static const struct {
    const char *service;
    enum talk_style style;
} services[] = {
    {"gdm", TALK_GDM},         {"gdm-*", TALK_GDM},          {"gdm3", TALK_GDM},
    {"sddm", TALK_BLIND},      {"sddm-*", TALK_BLIND},       {"kde", TALK_BLIND},
    {"kde-*", TALK_BLIND},     {"kscreensaver", TALK_BLIND}, {"plasmalogin", TALK_BLIND},
    {"i3lock", TALK_BLIND},    {"swaylock", TALK_BLIND},     {"swaylock-*", TALK_BLIND},
    {"hyprlock", TALK_BLIND},  {"waylock", TALK_BLIND},      {"gtklock", TALK_BLIND},
    {"slock", TALK_BLIND},     {"xlock", TALK_BLIND},        {"xlockmore", TALK_BLIND},
    {"alock", TALK_BLIND},     {"sxlock", TALK_BLIND},       {"xtrlock", TALK_BLIND},
    {"pyxtrlock", TALK_BLIND}, {"physlock", TALK_BLIND},
};

static bool fits(const char *pattern, const char *service)
{
    size_t len = strlen(pattern);

    if (len > 0 && pattern[len - 1] == '*')
        return strncmp(pattern, service, len - 1) == 0;
    return strcmp(pattern, service) == 0;
}

enum talk_style talk_style_of(const char *service, const struct conf *conf)
{
    if (conf_list_has(&conf->login.gdm_json, service))
        return TALK_GDM_JSON;
    for (size_t i = 0; i < conf->login.talk_count; i++)
        if (strcmp(conf->login.talk[i].service, service) == 0)
            return conf->login.talk[i].style;
    for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++)
        if (fits(services[i].service, service))
            return services[i].style;
    return TALK_TEXT;
}
