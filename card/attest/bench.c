/* SPDX-License-Identifier: BSD-2-Clause */
#include "card/attest/bench.h"

#include <fcntl.h>
#include <unistd.h>

#include "card/attest/ak.h"
#include "card/tpm/key.h"
#include "common/io.h"
#include "common/own.h"

static enum vsc_err read_ak(const struct attest_where *where, struct bundle *bundle,
                            TPM2B_PRIVATE *ret_private, struct problem *problem)
{
    auto_buf struct buf content;
    auto_fd int card = -1;
    enum vsc_err err;

    buf_init(&content, AK_FILE_MAX);
    err = store_open_card(where->store, where->card, &card, problem);
    if (err != VSC_OK)
        return err;
    if (faccessat(card, AK_FILE, F_OK, AT_SYMLINK_NOFOLLOW) != 0)
        return problem_set(problem, VSC_NO_KEY,
                           "the card was made without --attestation, and has no attestation key");
    err = io_read_at(card, AK_FILE, AK_FILE_MAX, &content);
    if (err != VSC_OK)
        return problem_set(problem, err, "%s: unreadable", AK_FILE);
    return ak_decode(content.data, content.len, bundle, ret_private, problem);
}

enum vsc_err bench_open(struct bench *bench, const struct attest_where *where,
                        struct bundle *bundle, struct problem *problem)
{
    TPM2B_PRIVATE private = {0};
    enum vsc_err err;

    bench->opened.tpm.deadline = deadline_in(ATTEST_DEADLINE_MS);
    err = store_lock(where->store, &bench->opened.tpm.deadline, &bench->lock, problem);
    if (err == VSC_OK)
        err = read_ak(where, bundle, &private, problem);
    if (err == VSC_OK)
        err = opened_card(&bench->opened, where->store, where->tcti, where->card, problem);
    if (err == VSC_OK)
        err = key_load(&bench->opened.gate, &bundle->ak, &private, &bench->ak, problem);
    return err;
}

void bench_done(struct bench *bench)
{
    tpm_flush(&bench->opened.tpm, &bench->ak);
    opened_close(&bench->opened);
    own_close(&bench->lock);
}
