/* SPDX-License-Identifier: BSD-2-Clause */
/* The bodies of vsc-tgt's messages, and of what a sign-in says of tickets, for wire_codecs.c. */
#ifndef VSC_TESTS_SUPPORT_WIRE_CODECS_TGT_H
#define VSC_TESTS_SUPPORT_WIRE_CODECS_TGT_H

#include "common/buf.h"

void begun_ticket_sample(unsigned number, struct buf *body);
enum vsc_err begun_ticket_again(struct reader *reader, struct buf *body);
void served_sample(unsigned number, struct buf *body);
enum vsc_err served_again(struct reader *reader, struct buf *body);
void tgt_get_sample(unsigned number, struct buf *body);
enum vsc_err tgt_get_again(struct reader *reader, struct buf *body);
void tgt_got_sample(unsigned number, struct buf *body);
enum vsc_err tgt_got_again(struct reader *reader, struct buf *body);
void tgt_cache_sample(unsigned number, struct buf *body);
enum vsc_err tgt_cache_again(struct reader *reader, struct buf *body);
void tgt_cached_sample(unsigned number, struct buf *body);
enum vsc_err tgt_cached_again(struct reader *reader, struct buf *body);

#endif
