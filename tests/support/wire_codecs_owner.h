/* SPDX-License-Identifier: BSD-2-Clause */
/* The rows of wire_codecs.h for the messages of a card's owner (common/wire_owner.h). */
#ifndef VSC_TESTS_SUPPORT_WIRE_CODECS_OWNER_H
#define VSC_TESTS_SUPPORT_WIRE_CODECS_OWNER_H

#include "common/buf.h"

void challenge_sample(unsigned number, struct buf *body);
enum vsc_err challenge_again(struct reader *reader, struct buf *body);
void generate_sample(unsigned number, struct buf *body);
enum vsc_err generate_again(struct reader *reader, struct buf *body);
void made_sample(unsigned number, struct buf *body);
enum vsc_err made_again(struct reader *reader, struct buf *body);
void store_sample(unsigned number, struct buf *body);
enum vsc_err store_again(struct reader *reader, struct buf *body);
void verify_sample(unsigned number, struct buf *body);
enum vsc_err verify_again(struct reader *reader, struct buf *body);
void attest_sample(unsigned number, struct buf *body);
enum vsc_err attest_again(struct reader *reader, struct buf *body);
void attested_sample(unsigned number, struct buf *body);
enum vsc_err attested_again(struct reader *reader, struct buf *body);
void sign_as_sample(unsigned number, struct buf *body);
enum vsc_err sign_as_again(struct reader *reader, struct buf *body);

#endif
