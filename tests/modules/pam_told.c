/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A PAM module that returns what it is told, in place of every module of a stack. Its first
 * argument says for which line it stands ("sudo:2"); the environment variable TOLD holds pairs
 * "KEY=NUMBER" with blanks between, of which the first counts whose key is the line with the
 * function before it
 * ("setcred/sudo:2"), or the line, or the function, or "all". Without one it succeeds.
 * Each line that was asked is added to TOLD_ASKED, as the key with its function.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <security/pam_modules.h>

#define EXPORT __attribute__((visibility("default")))

static int find(const char *key, int *ret_code)
{
    size_t len = strlen(key);

    for (const char *at = getenv("TOLD"); at != NULL && *at != '\0'; at = strchr(at, ' ')) {
        at += strspn(at, " ");
        if (strncmp(at, key, len) != 0 || at[len] != '=')
            continue;
        *ret_code = atoi(at + len + 1);
        return 1;
    }
    return 0;
}

static void note(const char *key)
{
    const char *before = getenv("TOLD_ASKED");
    char text[8192];

    (void)snprintf(text, sizeof(text), "%s%s ", before != NULL ? before : "", key);
    (void)setenv("TOLD_ASKED", text, 1);
}

static int told(const char *function, int argc, const char **argv)
{
    const char *line = argc > 0 ? argv[0] : "";
    char with[320];
    int code = PAM_SUCCESS;

    (void)snprintf(with, sizeof(with), "%s/%s", function, line);
    note(with);
    (void)(find(with, &code) || find(line, &code) || find(function, &code) || find("all", &code));
    return code;
}

#define FUNCTION(name, word)                                                                       \
    EXPORT int name(pam_handle_t *pamh, int flags, int argc, const char **argv)                    \
    {                                                                                              \
        (void)pamh;                                                                                \
        (void)flags;                                                                               \
        return told(word, argc, argv);                                                             \
    }

FUNCTION(pam_sm_authenticate, "auth")
FUNCTION(pam_sm_setcred, "setcred")
FUNCTION(pam_sm_acct_mgmt, "account")
FUNCTION(pam_sm_open_session, "session")
FUNCTION(pam_sm_close_session, "session")

EXPORT int pam_sm_chauthtok(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    (void)pamh;
    return told((flags & PAM_PRELIM_CHECK) != 0 ? "prelim" : "password", argc, argv);
}
