/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/support/wire_codecs_stale.h"

#include "common/wire_stale.h"

void stale_sample(unsigned number, struct buf *body)
{
    struct stale stale = {.count = 0};

    stale_add(&stale, STALE_LIST, "Test CA", 1764100000);
    stale_add(&stale, STALE_DIRECTORY, "", 1764000000);
    stale_add(&stale, STALE_ANSWER, "", 0);
    for (unsigned i = 0; i < number; i++)
        stale_add(&stale, STALE_LIST, "Test Root CA", 1);
    check_stale_encode(body, &stale);
}

enum vsc_err stale_again(struct reader *reader, struct buf *body)
{
    struct stale stale;
    enum vsc_err err = check_stale_decode(reader, &stale);

    if (err == VSC_OK)
        check_stale_encode(body, &stale);
    return err;
}
