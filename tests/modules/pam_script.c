/* SPDX-License-Identifier: BSD-2-Clause */
/* A PAM module that plays a conversation from a file (file=PATH, root's), so that a login program
 * or a greeter comes into every state that a real module could bring it into. A line each:
 *
 *   info TEXT, error TEXT      a message
 *   visible TEXT, secret TEXT  a question, in which \n is a new line and \s a blank
 *   expect ANSWER              what the last question's answer must be, else PAM_AUTH_ERR
 *   empty                      ... an answer of no character
 *   wait PATH                  until there is such a file, at most a minute
 *   user NAME                  PAM_USER
 *   return NAME                the module's answer, a PAM code's name without PAM_ in small letters
 *
 * What happened stands in PATH.log: "LINE asked", "LINE expected", "LINE unexpected", "LINE CODE".
 */
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

struct play {
    pam_handle_t *pam;
    FILE *log;
    char *answer;
    unsigned line;
};

static const struct {
    const char *name;
    int code;
} codes[] = {
    {"success", PAM_SUCCESS},
    {"auth_err", PAM_AUTH_ERR},
    {"maxtries", PAM_MAXTRIES},
    {"authinfo_unavail", PAM_AUTHINFO_UNAVAIL},
    {"cred_insufficient", PAM_CRED_INSUFFICIENT},
    {"user_unknown", PAM_USER_UNKNOWN},
    {"service_err", PAM_SERVICE_ERR},
};

static void note(struct play *play, const char *what)
{
    fprintf(play->log, "%u %s\n", play->line, what);
    fflush(play->log);
}

static void expand(const char *text, char to[PAM_MAX_MSG_SIZE])
{
    size_t len = 0;

    for (; *text != '\0' && len < PAM_MAX_MSG_SIZE - 1; text++)
        if (text[0] == '\\' && (text[1] == 'n' || text[1] == 's'))
            to[len++] = *++text == 'n' ? '\n' : ' ';
        else
            to[len++] = *text;
    to[len] = '\0';
}

static int ask(struct play *play, int style, const char *text)
{
    char prompt[PAM_MAX_MSG_SIZE];

    expand(text, prompt);
    free(play->answer);
    play->answer = NULL;
    note(play, "asked");
    return pam_prompt(play->pam, style, &play->answer, "%s", prompt);
}

static int expect(struct play *play, const char *answer)
{
    int same = play->answer != NULL && strcmp(play->answer, answer) == 0;

    note(play, same ? "expected" : "unexpected");
    return same ? PAM_SUCCESS : PAM_AUTH_ERR;
}

static int wait_for(const char *path)
{
    struct stat st;

    for (int i = 0; i < 600; i++) {
        if (stat(path, &st) == 0)
            return PAM_SUCCESS;
        usleep(100000);
    }
    return PAM_ABORT;
}

static int code_named(const char *name)
{
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
        if (strcmp(codes[i].name, name) == 0)
            return codes[i].code;
    return PAM_ABORT;
}

/* One line; true in *end where it is the last. */
static int step(struct play *play, const char *verb, const char *rest, int *end)
{
    *end = strcmp(verb, "return") == 0;
    if (*end) {
        note(play, rest);
        return code_named(rest);
    }
    if (strcmp(verb, "info") == 0)
        return pam_info(play->pam, "%s", rest);
    if (strcmp(verb, "error") == 0)
        return pam_error(play->pam, "%s", rest);
    if (strcmp(verb, "visible") == 0)
        return ask(play, PAM_PROMPT_ECHO_ON, rest);
    if (strcmp(verb, "secret") == 0)
        return ask(play, PAM_PROMPT_ECHO_OFF, rest);
    if (strcmp(verb, "expect") == 0)
        return expect(play, rest);
    if (strcmp(verb, "empty") == 0)
        return expect(play, "");
    if (strcmp(verb, "wait") == 0)
        return wait_for(rest);
    if (strcmp(verb, "user") == 0)
        return pam_set_item(play->pam, PAM_USER, rest);
    return PAM_ABORT;
}

static int run(struct play *play, FILE *script)
{
    char line[1024];
    int code = PAM_SUCCESS, end = 0;

    while (code == PAM_SUCCESS && !end) {
        char *rest;

        if (fgets(line, sizeof(line), script) == NULL)
            return PAM_ABORT;
        play->line++;
        line[strcspn(line, "\n")] = '\0';
        if (line[0] == '\0' || line[0] == '#')
            continue;
        rest = line + strcspn(line, " ");
        if (*rest != '\0')
            *rest++ = '\0';
        code = step(play, line, rest, &end);
    }
    return code;
}

EXPORT int pam_sm_authenticate(pam_handle_t *pam, int flags, int argc, const char **argv)
{
    char log[512];
    struct play play = {.pam = pam};
    FILE *script;
    int code;

    (void)flags;
    if (argc != 1 || strncmp(argv[0], "file=", 5) != 0)
        return PAM_SERVICE_ERR;
    (void)snprintf(log, sizeof(log), "%s.log", argv[0] + 5);
    script = fopen(argv[0] + 5, "re");
    play.log = fopen(log, "ae");
    if (script == NULL || play.log == NULL)
        return PAM_AUTHINFO_UNAVAIL;
    code = run(&play, script);
    free(play.answer);
    (void)fclose(play.log);
    (void)fclose(script);
    return code;
}

EXPORT int pam_sm_setcred(pam_handle_t *pam, int flags, int argc, const char **argv)
{
    (void)pam, (void)flags, (void)argc, (void)argv;
    return PAM_SUCCESS;
}
