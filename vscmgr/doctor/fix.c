/* SPDX-License-Identifier: BSD-2-Clause */
#include "vscmgr/doctor/fix.h"

#include "card/admin/admin.h"
#include "card/admin/hierarchy.h"
#include "vscmgr/doctor/each_card.h"
#include "vscmgr/doctor/whose.h"

/* Windows' numbers, which leave room for typing errors and none for guessing. */
#define LOCKOUT_TRIES    32
#define LOCKOUT_INTERVAL 600   /* seconds until one wrong try is forgotten */
#define LOCKOUT_RECOVERY 86400 /* seconds of rest after a wrong lockout password */

/* The next vscmgr create would do the same: opening the store for changes is enough. */
static enum vsc_err fix_interrupted(struct doctor *doctor, struct problem *problem)
{
    auto_change struct change change = CHANGE_CLOSED;
    struct problem leftover = {""};
    const struct conf *conf = doctor->conf;
    enum vsc_err err = admin_open(&change, conf->card.store, conf->card.tcti,
                                  conf->helpers.card_user, &leftover, problem);

    if (err == VSC_OK && leftover.text[0] != '\0')
        return problem_set(problem, VSC_SYSTEM, "%s", leftover.text);
    return err;
}

struct giving {
    struct whose whose;
    bool failed;
};

static void give_keys(struct doctor *doctor, struct doctor_card *card, void *arg)
{
    struct giving *giving = arg;

    (void)doctor;
    giving->failed = !whose_give(card->folder, &giving->whose) || giving->failed;
}

static enum vsc_err fix_store_owner(struct doctor *doctor, struct problem *problem)
{
    struct giving giving = {.whose = whose_keys(doctor->conf)};

    if (!giving.whose.known)
        return problem_set(problem, VSC_DENIED, "only root can, and to a user that exists");
    each_card(doctor, false, give_keys, &giving);
    if (giving.failed)
        return problem_set(problem, VSC_SYSTEM, "not every file could be given");
    return VSC_OK;
}

/* A password that nobody has given is nobody's: the doctor makes none by itself. */
static enum vsc_err fix_lockout_open(struct doctor *doctor, struct problem *problem)
{
    if (doctor->lockout.len == 0)
        return problem_set(problem, VSC_DENIED, "it needs --lockoutauth random, prompt or stdin");
    return lockout_protect(&doctor->tpm, &doctor->lockout, problem);
}

static enum vsc_err fix_limits(struct doctor *doctor, struct problem *problem)
{
    static const struct lockout_limits limits = {LOCKOUT_TRIES, LOCKOUT_INTERVAL, LOCKOUT_RECOVERY};
    static const struct secret none;
    bool has_password = true;
    enum vsc_err err = lockout_has_password(&doctor->tpm, &has_password, problem);

    if (err != VSC_OK)
        return err;
    if (has_password && doctor->lockout.len == 0)
        return problem_set(problem, VSC_DENIED,
                           "the lockout hierarchy has a password: give it with --lockoutauth");
    return lockout_set_limits(&doctor->tpm, has_password ? &doctor->lockout : &none, &limits,
                              problem);
}

doctor_fix *doctor_fix_of(enum doctor_id id)
{
    static doctor_fix *const fixes[FINDING_COUNT] = {
        [FINDING_INTERRUPTED] = fix_interrupted,   [FINDING_STORE_OWNER] = fix_store_owner,
        [FINDING_LOCKOUT_OPEN] = fix_lockout_open, [FINDING_DA_LAX] = fix_limits,
        [FINDING_DA_STRICT] = fix_limits,
    };

    return fixes[id];
}
