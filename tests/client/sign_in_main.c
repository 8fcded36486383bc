/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sign_in SERVICE [USER]: a whole sign-in as a login program makes it, until something fails:
 * authenticate, acct_mgmt, setcred, open_session, close_session. A hidden prompt is answered with
 * the next line of standard input, or with its last line again; without any the conversation fails.
 * Without USER the module finds out who it is. What is said to the person goes to standard error,
 * and one line to standard output:
 *
 *   authenticate=CODE account=CODE credentials=CODE session=CODE asked=N ms=N user=NAME ticket=NAME
 *
 * asked counts the hidden prompts; ms is the time up to the session; a step that was not reached is
 * "-", and ticket is the session's KRB5CCNAME.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <security/pam_appl.h>

struct person {
    char answer[512];
    size_t asked;
};

enum step {
    AUTHENTICATE,
    ACCOUNT,
    CREDENTIALS,
    SESSION,
    STEPS
};

static const char *name_of(int code)
{
    static const struct {
        int code;
        const char *name;
    } names[] = {
        {-1, "-"},
        {PAM_SUCCESS, "SUCCESS"},
        {PAM_AUTH_ERR, "AUTH_ERR"},
        {PAM_AUTHINFO_UNAVAIL, "AUTHINFO_UNAVAIL"},
        {PAM_CRED_INSUFFICIENT, "CRED_INSUFFICIENT"},
        {PAM_CRED_ERR, "CRED_ERR"},
        {PAM_CRED_UNAVAIL, "CRED_UNAVAIL"},
        {PAM_USER_UNKNOWN, "USER_UNKNOWN"},
        {PAM_MAXTRIES, "MAXTRIES"},
        {PAM_ACCT_EXPIRED, "ACCT_EXPIRED"},
        {PAM_PERM_DENIED, "PERM_DENIED"},
        {PAM_NEW_AUTHTOK_REQD, "NEW_AUTHTOK_REQD"},
        {PAM_CONV_ERR, "CONV_ERR"},
        {PAM_SERVICE_ERR, "SERVICE_ERR"},
        {PAM_SYSTEM_ERR, "SYSTEM_ERR"},
        {PAM_IGNORE, "IGNORE"},
    };
    static char other[16];

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (names[i].code == code)
            return names[i].name;
    (void)snprintf(other, sizeof(other), "%d", code);
    return other;
}

static long now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* NULL: nothing to say. */
static char *answer_of(struct person *person)
{
    char line[sizeof(person->answer)];

    person->asked++;
    if (fgets(line, sizeof(line), stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        memcpy(person->answer, line, sizeof(line));
    } else if (person->asked == 1) {
        return NULL;
    }
    return strdup(person->answer);
}

static int talk(int count, const struct pam_message **messages, struct pam_response **ret_answers,
                void *data)
{
    struct pam_response *answers = calloc((size_t)count, sizeof(*answers));

    if (answers == NULL)
        return PAM_BUF_ERR;
    for (int i = 0; i < count; i++) {
        const int style = messages[i]->msg_style;

        fprintf(stderr, "%s\n", messages[i]->msg);
        if (style == PAM_PROMPT_ECHO_ON)
            answers[i].resp = strdup("1");
        if (style == PAM_PROMPT_ECHO_OFF && (answers[i].resp = answer_of(data)) == NULL) {
            free(answers);
            return PAM_CONV_ERR;
        }
    }
    *ret_answers = answers;
    return PAM_SUCCESS;
}

static int take_step(pam_handle_t *pam, enum step step)
{
    switch (step) {
    case AUTHENTICATE:
        return pam_authenticate(pam, 0);
    case ACCOUNT:
        return pam_acct_mgmt(pam, 0);
    case CREDENTIALS:
        return pam_setcred(pam, PAM_ESTABLISH_CRED);
    case SESSION:
    case STEPS:
        break;
    }
    return pam_open_session(pam, 0);
}

int main(int argc, char **argv)
{
    struct person person = {.asked = 0};
    const struct pam_conv conv = {.conv = talk, .appdata_ptr = &person};
    int codes[STEPS] = {-1, -1, -1, -1};
    const long started = now_ms();
    long taken = 0;
    const void *user = NULL;
    const char *ticket;
    pam_handle_t *pam;
    int last = PAM_SUCCESS;

    if (argc < 2 || pam_start(argv[1], argc > 2 ? argv[2] : NULL, &conv, &pam) != PAM_SUCCESS)
        return 2;
    for (int step = 0; step < STEPS && last == PAM_SUCCESS; step++) {
        last = codes[step] = take_step(pam, (enum step)step);
        if (step != SESSION)
            taken = now_ms() - started;
    }
    (void)pam_get_item(pam, PAM_USER, &user);
    ticket = pam_getenv(pam, "KRB5CCNAME");
    for (int step = 0; step < STEPS; step++) {
        static const char *const names[] = {"authenticate", "account", "credentials", "session"};

        printf("%s=%s ", names[step], name_of(codes[step]));
    }
    printf("asked=%zu ms=%ld user=%s ticket=%s\n", person.asked, taken,
           user != NULL ? (const char *)user : "-", ticket != NULL ? ticket : "-");
    if (codes[SESSION] == PAM_SUCCESS)
        (void)pam_close_session(pam, 0);
    if (codes[CREDENTIALS] == PAM_SUCCESS)
        (void)pam_setcred(pam, PAM_DELETE_CRED);
    return pam_end(pam, last) == PAM_SUCCESS && last == PAM_SUCCESS ? 0 : 1;
}
