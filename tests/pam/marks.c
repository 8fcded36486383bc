/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/pam/marks.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/mark.h"
#include "common/session_record.h"
#include "common/sign_ins.h"

unsigned marks_left;

enum vsc_err __wrap_mark_write(const char *folder, int64_t seconds);

enum vsc_err __wrap_mark_write(const char *folder, int64_t seconds)
{
    int64_t now = time(NULL);

    if (strcmp(folder, MARK_FOLDER) != 0 || seconds > now || seconds < now - MARK_STEP)
        abort();
    marks_left++;
    return VSC_SYSTEM;
}

char marks_sessions[MARKS_SESSIONS];

char marks_noted[MARKS_SESSIONS];

void marks_reset(void)
{
    marks_sessions[0] = marks_noted[0] = '\0';
}

static bool is_section(const struct script *script, const char *section, const char *got)
{
    const char *line;
    size_t at = 0;

    while ((line = script_next(script, section, 0, &at)) != NULL) {
        size_t len = strlen(line);

        if (strncmp(got, line, len) != 0 || got[len] != '\n')
            return false;
        got += len + 1;
    }
    return *got == '\0';
}

bool marks_are(const struct script *script)
{
    return is_section(script, "session", marks_sessions) &&
           (!script_has(script, "noted") || is_section(script, "noted", marks_noted));
}

enum vsc_err __wrap_sign_ins_note(const char *folder, uid_t user, const char *serial,
                                  const char *issuer);

enum vsc_err __wrap_sign_ins_note(const char *folder, uid_t user, const char *serial,
                                  const char *issuer)
{
    const size_t used = strlen(marks_noted);

    if (strcmp(folder, SIGN_INS_FOLDER) != 0)
        abort();
    (void)snprintf(marks_noted + used, sizeof(marks_noted) - used, "uid=%u serial=%s issuer=%s\n",
                   (unsigned)user, serial, issuer);
    return VSC_SYSTEM;
}

enum vsc_err __wrap_session_record_write(const char *folder, const struct session_record *record,
                                         struct problem *problem);
enum vsc_err __wrap_session_record_remove(const char *folder, const char *session,
                                          struct problem *problem);

static enum vsc_err note(const char *folder, struct problem *problem, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static enum vsc_err note(const char *folder, struct problem *problem, const char *format, ...)
{
    size_t used = strlen(marks_sessions);
    va_list args;

    if (strcmp(folder, SESSION_FOLDER) != 0)
        abort();
    va_start(args, format);
    (void)vsnprintf(marks_sessions + used, sizeof(marks_sessions) - used, format, args);
    va_end(args);
    return strstr(marks_sessions, "session=refused") == NULL
               ? VSC_OK
               : problem_set(problem, VSC_SYSTEM, "refused");
}

enum vsc_err __wrap_session_record_write(const char *folder, const struct session_record *record,
                                         struct problem *problem)
{
    auto_buf struct buf text;

    if (session_record_encode(record, &text) != VSC_OK || record->leader != getpid())
        abort();
    return note(folder, problem, "open session=%s uid=%u service=%s card=%s name=%s\n",
                record->session, (unsigned)record->uid, record->service, record->card,
                record->name);
}

enum vsc_err __wrap_session_record_remove(const char *folder, const char *session,
                                          struct problem *problem)
{
    return note(folder, problem, "close session=%s\n", session);
}
