/* SPDX-License-Identifier: BSD-2-Clause */
/* A profile: any text is refused with a message, or yields values within their bounds. */
#include <stdlib.h>
#include <string.h>

#include "enroll/est/url.h"
#include "enroll/profile.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/libconfig_leaks.h"
#include "vscmgr/adminkey/card_profile.h"

/* vscmgr reads some of the keys, and must not see another profile in the same file. */
static void check_other_reader(const struct profile *profile, const uint8_t *data, size_t len)
{
    struct problem problem = {""};
    struct card_profile *other = NULL;
    enum vsc_err err = card_profile_parse("profile", (const char *)data, len, &other, &problem);

    if (err == VSC_MEMORY)
        return;
    if (err != VSC_OK || strcmp(other->name, profile->name) != 0 ||
        strcmp(other->admin_key, profile->admin_key) != 0 ||
        other->rotate_adminkey != profile->rotate_adminkey ||
        other->users.count != profile->users.count || other->groups.count != profile->groups.count)
        abort();
    card_profile_free(other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct problem problem = {""};
    struct profile *profile = NULL;
    char upn[PROFILE_UPN_SIZE];
    enum vsc_err err = profile_parse("profile", data, len, &profile, &problem);

    if (err != VSC_OK) {
        if (profile != NULL || (err != VSC_MEMORY && strncmp(problem.text, "profile:", 8) != 0))
            abort();
        return 0;
    }
    if (profile->backend > PROFILE_XCEP || strchr(profile->name, '/') != NULL ||
        *profile->name == '\0' || strlen(profile->name) > PROFILE_NAME_MAX ||
        (profile->backend == PROFILE_HELPER && *profile->helper != '/') ||
        (profile->attestation && profile->backend > PROFILE_HELPER) ||
        (profile->backend == PROFILE_EST && est_url_fault(profile->url) != NULL) ||
        profile->renew_percent < 1 || profile->renew_percent > 99 || profile->pending_days < 1)
        abort();
    if (profile_upn(profile, "alice", upn, NULL) == VSC_OK &&
        (strstr(upn, "alice") == NULL || strchr(upn, '@') == NULL))
        abort();
    (void)profile_renew_at(profile, 0, INT32_MAX, 0);
    check_other_reader(profile, data, len);
    profile_free(profile);
    return 0;
}
