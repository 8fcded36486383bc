/* SPDX-License-Identifier: BSD-2-Clause */
/* The requests that have a PIN in them: it is here from the decoding to the card's answer. */
#ifndef VSC_CARD_SERVE_TRY_H
#define VSC_CARD_SERVE_TRY_H

#include "card/serve_request.h"

must_check enum vsc_err serve_sign(struct serve *serve, struct serve_request *request);
must_check enum vsc_err serve_sign_as(struct serve *serve, struct serve_request *request);
must_check enum vsc_err serve_verify(struct serve *serve, struct serve_request *request);
must_check enum vsc_err serve_change_pin(struct serve *serve, struct serve_request *request);

#endif
