/* SPDX-License-Identifier: BSD-2-Clause */
/* What was found, and the table's words for it. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/text.h"
#include "vscmgr/doctor/doctor.h"

enum severity {
    SEVERITY_ERROR,
    SEVERITY_WARNING,
};

static const struct {
    const char *id;
    enum severity severity;
    const char *text, *remedy;
} rows[FINDING_COUNT] = {
#define DOCTOR_ROW(name, id, severity, text, remedy)                                               \
    [FINDING_##name] = {id, SEVERITY_##severity, text, remedy},
    DOCTOR_FINDINGS(DOCTOR_ROW)
#undef DOCTOR_ROW
};

const char *doctor_id_name(enum doctor_id id)
{
    return rows[id].id;
}

bool doctor_is_error(enum doctor_id id)
{
    return rows[id].severity == SEVERITY_ERROR;
}

const char *doctor_text(enum doctor_id id)
{
    return rows[id].text;
}

const char *doctor_remedy(enum doctor_id id)
{
    return rows[id].remedy;
}

void doctor_find(struct doctor *doctor, enum doctor_id id, const char *card, const char *format,
                 ...)
{
    struct doctor_finding *finding;
    char detail[DOCTOR_DETAIL];
    va_list args;

    if (doctor->count == DOCTOR_MAX) {
        doctor->lost++;
        return;
    }
    finding = &doctor->items[doctor->count++];
    *finding = (struct doctor_finding){.id = id};
    (void)snprintf(finding->card, sizeof(finding->card), "%s", card != NULL ? card : "");
    if (format == NULL)
        return;
    va_start(args, format);
    (void)vsnprintf(detail, sizeof(detail), format, args);
    va_end(args);
    text_clean(finding->detail, sizeof(finding->detail), detail);
}

bool doctor_has(const struct doctor *doctor, enum doctor_id id)
{
    for (size_t i = 0; i < doctor->count; i++)
        if (doctor->items[i].id == id && !doctor->items[i].fixed)
            return true;
    return false;
}

void doctor_examine(struct doctor *doctor)
{
    doctor->count = 0;
    doctor->lost = 0;
    check_settings(doctor);
    check_host(doctor);
    check_tpm(doctor);
    check_store(doctor);
    check_cards(doctor);
    check_orphans(doctor);
    check_certificates(doctor);
    check_stacks(doctor);
}
