/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One sign-in as a person makes it: answers the PIN prompt after DELAY milliseconds with the line
 * on standard input. Prints one line: RESULT START ANSWER VERDICT RSS CHILD-RSS with the PAM code,
 * the monotonic milliseconds at pam_start, at the answer and at the verdict (0 for an answer that
 * nobody asked for), and the peak memory of this process and of the largest child that it waited
 * for, in KB.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <security/pam_appl.h>

struct person {
    char pin[256];
    long delay_ms;
    double answer_ms; /* 0: not asked yet */
};

static double now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void think(struct person *person)
{
    struct timespec rest = {.tv_sec = person->delay_ms / 1000,
                            .tv_nsec = person->delay_ms % 1000 * 1000000};

    if (person->answer_ms > 0)
        return;
    (void)nanosleep(&rest, NULL);
    person->answer_ms = now_ms();
}

static int talk(int count, const struct pam_message **messages, struct pam_response **ret_answers,
                void *data)
{
    struct person *person = data;
    struct pam_response *answers = calloc((size_t)count, sizeof(*answers));

    if (answers == NULL)
        return PAM_BUF_ERR;
    for (int i = 0; i < count; i++) {
        int style = messages[i]->msg_style;

        if (style == PAM_PROMPT_ECHO_OFF) {
            think(person);
            answers[i].resp = strdup(person->pin);
        } else if (style == PAM_PROMPT_ECHO_ON) {
            answers[i].resp = strdup("1");
        } else {
            fprintf(stderr, "%s\n", messages[i]->msg);
        }
    }
    *ret_answers = answers;
    return PAM_SUCCESS;
}

static long peak_kb(int who)
{
    struct rusage usage;

    return getrusage(who, &usage) == 0 ? usage.ru_maxrss : 0;
}

int main(int argc, char **argv)
{
    struct person person = {.answer_ms = 0};
    const struct pam_conv conversation = {.conv = talk, .appdata_ptr = &person};
    pam_handle_t *pamh = NULL;

    if (argc != 5 || fgets(person.pin, sizeof(person.pin), stdin) == NULL) {
        fputs("usage: signin CONFDIR SERVICE USER DELAY-MS < PIN\n", stderr);
        return 2;
    }
    person.pin[strcspn(person.pin, "\n")] = '\0';
    person.delay_ms = strtol(argv[4], NULL, 10);
    double start_ms = now_ms();
    int result = pam_start_confdir(argv[2], argv[3], &conversation, argv[1], &pamh);
    if (result != PAM_SUCCESS)
        return 2;
    result = pam_authenticate(pamh, 0);
    double verdict_ms = now_ms();
    long rss_kb = peak_kb(RUSAGE_SELF);
    (void)pam_end(pamh, result);
    printf("%d %.3f %.3f %.3f %ld %ld\n", result, start_ms, person.answer_ms, verdict_ms, rss_kb,
           peak_kb(RUSAGE_CHILDREN));
    return result == PAM_SUCCESS ? EXIT_SUCCESS : EXIT_FAILURE;
}
