/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "common/text.h"

#define LINE_MAX_BYTES 2048

static struct {
    const char *program; /* NULL before log_open() */
    bool to_stderr, debug;
} state;

void log_open(const char *program, bool to_stderr)
{
    state.program = program;
    state.to_stderr = to_stderr || isatty(STDERR_FILENO) == 1;
    openlog(program, LOG_PID | LOG_NDELAY, LOG_AUTHPRIV);
}

void log_set_debug(bool debug)
{
    state.debug = debug;
}

void vsc_log(int priority, const char *format, ...)
{
    char raw[LINE_MAX_BYTES] = "", line[LINE_MAX_BYTES];
    int saved = errno;
    va_list args;

    if (LOG_PRI(priority) == LOG_DEBUG && !state.debug)
        return;
    va_start(args, format);
    (void)vsnprintf(raw, sizeof(raw), format, args);
    va_end(args);
    /* The last net: a value that was not escaped must not make a second line. */
    text_clean(line, sizeof(line), raw);
    syslog(LOG_AUTHPRIV | LOG_PRI(priority), "%s", line);
    if (state.to_stderr)
        (void)fprintf(stderr, "%s: %s\n", state.program != NULL ? state.program : "pam_vsc", line);
    errno = saved;
}
