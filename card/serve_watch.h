/* SPDX-License-Identifier: BSD-2-Clause */
/* CARD_WATCH: all cards as a login screen shows them, as far as the peer may see them. */
#ifndef VSC_CARD_SERVE_WATCH_H
#define VSC_CARD_SERVE_WATCH_H

#include "card/serve.h"

extern const struct serve_part serve_watch;

#endif
