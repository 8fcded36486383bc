/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vsc-card's part in unblocking by the help desk (vsc-wire.7, CARD_CHALLENGE and CARD_ANSWER). The
 * challenge stays open from the one request to the other; any other request, and the end of the
 * connection, ends it.
 */
#ifndef VSC_CARD_HELPDESK_SERVE_CHALLENGE_H
#define VSC_CARD_HELPDESK_SERVE_CHALLENGE_H

#include "card/serve.h"

extern const struct serve_part serve_challenge;

#endif
