/* SPDX-License-Identifier: BSD-2-Clause */
/* How to talk to whoever listens, by the name of the service. */
#ifndef VSC_CERTCHECK_TALK_H
#define VSC_CERTCHECK_TALK_H

#include "common/wire_check.h"
#include "conf/conf.h"

/* login.gdm_json and login.talk of the configuration, then the table; TALK_TEXT for a service in
 * neither. */
enum talk_style talk_style_of(const char *service, const struct conf *conf);

#endif
