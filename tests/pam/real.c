/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/pam/real.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/pam/memory.h"

#define PATH_SIZE (PATH_MAX + 64)

int real_converse(int count, const struct pam_message **messages, struct pam_response **resp,
                  void *data)
{
    struct person *person = data;
    const bool prompt = messages[0]->msg_style == PAM_PROMPT_ECHO_OFF;

    (void)count;
    person->asked += prompt;
    *resp = NULL;
    if (prompt && person->kind == PERSON_LEAVES)
        (void)raise(SIGINT);
    if (prompt && person->kind != PERSON_RIGHT)
        return PAM_CONV_ERR;
    *resp = calloc(1, sizeof(**resp));
    if (prompt)
        (*resp)->resp = memory_secret();
    return PAM_SUCCESS;
}

void real_service(struct stage *stage, const char *module, const char *script,
                  const char *arguments)
{
    static const char *const types[] = {"auth", "account", "password", "session"};
    char path[PATH_SIZE], full[PATH_MAX];
    FILE *file;

    (void)snprintf(path, sizeof(path), "%s/plain", stage->folder);
    file = fopen(path, "we");
    if (realpath(script, full) == NULL || file == NULL)
        abort();
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        (void)fprintf(file, "%s required %s config=%s helpers=%s %s\n", types[i], module, full,
                      stage->folder, arguments);
    (void)fclose(file);
    stage_unlisten(stage);
    if (geteuid() != 0 && !stage_listen(stage, full))
        abort();
}

void real_remove(const struct stage *stage)
{
    char path[PATH_SIZE];

    (void)snprintf(path, sizeof(path), "%s/plain", stage->folder);
    (void)unlink(path);
}

int real_authenticate(const struct stage *stage, enum person_kind kind)
{
    struct person person = {.kind = kind};
    const struct pam_conv conv = {.conv = real_converse, .appdata_ptr = &person};
    pam_handle_t *pamh = NULL;
    int code = pam_start_confdir("plain", "alice", &conv, stage->folder, &pamh);

    if (code != PAM_SUCCESS)
        return -1;
    code = pam_authenticate(pamh, 0);
    (void)pam_end(pamh, code);
    return code;
}
