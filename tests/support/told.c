/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/support/told.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <security/pam_appl.h>

#include "tests/support/scratch.h"

#define TEXT_MAX 16384

void told_begin(struct told *told, void **state, const char *module)
{
    assert_non_null(realpath(module, told->module));
    told->state = state;
    scratch_folder(state, "plain", 0755);
    scratch_folder(state, "told", 0755);
    (void)snprintf(told->plain, sizeof(told->plain), "%s", scratch_path(state, "plain"));
    (void)snprintf(told->told, sizeof(told->told), "%s", scratch_path(state, "told"));
}

/* The word of a line that names a module: its place and length. */
static const char *find_module(const char *line, size_t *ret_len)
{
    for (const char *word = line + strspn(line, " \t"); *word != '\0' && *word != '#';) {
        size_t len = strcspn(word, " \t");

        if (len > 3 && strncmp(word + len - 3, ".so", 3) == 0) {
            *ret_len = len;
            return word;
        }
        word += len;
        word += strspn(word, " \t");
    }
    return NULL;
}

/* The word of a line that names another file, which libpam would look for in /etc/pam.d. */
static const char *find_include(const char *line)
{
    static const char *const words[] = {"@include", "include", "substack"};
    const char *at = NULL;

    for (size_t i = 0; at == NULL && i < sizeof(words) / sizeof(words[0]); i++) {
        at = strstr(line, words[i]);
        at = at != NULL && at[strlen(words[i])] == ' ' ? at + strlen(words[i]) + 1 : NULL;
    }
    return at != NULL && strchr(line, '#') == NULL ? at : NULL;
}

static void rewrite(const struct told *told, const char *name, char *text, char *out)
{
    unsigned number = 0, first = 0;
    bool goes_on = false;

    for (char *line = text; *line != '\0';) {
        char *next = line + strcspn(line, "\n");
        const char *module;
        size_t len = 0;

        if (*next != '\0')
            *next++ = '\0';
        number++;
        first = goes_on ? first : number;
        goes_on = line[0] != '\0' && line[0] != '#' && line[strlen(line) - 1] == '\\';
        module = find_module(line, &len);
        if (find_include(line) != NULL)
            out += sprintf(out, "%.*s%s/%s\n", (int)(find_include(line) - line), line, told->told,
                           find_include(line));
        else if (module == NULL)
            out += sprintf(out, "%s\n", line);
        else
            out += sprintf(out, "%.*s%s %s:%u%s\n", (int)(module - line), line, told->module, name,
                           first, module + len);
        line = next;
    }
}

void told_file(const struct told *told, const char *name, const char *text, size_t len)
{
    char path[300], *copy = strndup(text, len), *out = calloc(1, 2 * TEXT_MAX);

    assert_non_null(copy);
    assert_non_null(out);
    assert_in_range(len, 0, TEXT_MAX / 4);
    (void)snprintf(path, sizeof(path), "plain/%s", name);
    scratch_file(told->state, path, text, len, 0644);
    rewrite(told, name, copy, out);
    (void)snprintf(path, sizeof(path), "told/%s", name);
    scratch_file(told->state, path, out, strlen(out), 0644);
    free(copy);
    free(out);
}

static int silent(int count, const struct pam_message **messages, struct pam_response **responses,
                  void *arg)
{
    (void)messages;
    (void)arg;
    *responses = calloc((size_t)count, sizeof(**responses));
    return *responses != NULL ? PAM_SUCCESS : PAM_BUF_ERR;
}

/* For each line what it returns in the world. */
static void tell(const struct stack *stack, struct stack_world *world)
{
    char *text = calloc(1, TEXT_MAX * 2);
    size_t len = 0;

    assert_non_null(text);
    world->stack = stack;
    for (size_t i = 0; i < stack->count; i++) {
        const struct stack_line *line = &stack->lines[i];

        assert_in_range(len, 0, TEXT_MAX);
        if (line->module[0] != '\0')
            len += (size_t)sprintf(text + len, "%s:%u=%d ", strrchr(line->file, '/') + 1,
                                   line->number, stack_world_returns(world, line));
    }
    assert_int_equal(setenv("TOLD", text, 1), 0);
    assert_int_equal(setenv("TOLD_ASKED", "", 1), 0);
    free(text);
}

static pam_handle_t *start(const struct told *told, const char *service)
{
    static const struct pam_conv conversation = {silent, NULL};
    pam_handle_t *handle = NULL;

    assert_int_equal(pam_start_confdir(service, "root", &conversation, told->told, &handle),
                     PAM_SUCCESS);
    return handle;
}

int told_run(const struct told *told, const char *service, const struct stack *stack,
             struct stack_world *world)
{
    pam_handle_t *handle = start(told, service);
    int result = PAM_ABORT;

    tell(stack, world);
    switch (world->facility) {
    case FACILITY_AUTH:
        result = pam_authenticate(handle, PAM_SILENT);
        break;
    case FACILITY_ACCOUNT:
        result = pam_acct_mgmt(handle, PAM_SILENT);
        break;
    case FACILITY_PASSWORD:
        result = pam_chauthtok(handle, PAM_SILENT);
        break;
    case FACILITY_COUNT:
        break;
    }
    (void)pam_end(handle, result);
    return result;
}

int told_setcred(const struct told *told, const char *service, const struct stack *stack,
                 struct stack_world *world, int *ret_auth)
{
    pam_handle_t *handle = start(told, service);
    struct stack_world setcred = {.facility = FACILITY_AUTH,
                                  .is_setcred = true,
                                  .absent = world->absent,
                                  .ours = PAM_SUCCESS,
                                  .prover = PAM_SUCCESS};
    int result;

    tell(stack, world);
    if (ret_auth != NULL)
        *ret_auth = pam_authenticate(handle, PAM_SILENT);
    tell(stack, &setcred);
    result = pam_setcred(handle, PAM_ESTABLISH_CRED | PAM_SILENT);
    (void)pam_end(handle, result);
    return result;
}

/* Was our module asked in the run that was just made? */
static bool has_asked_ours(const struct stack *stack)
{
    const char *asked = getenv("TOLD_ASKED");
    char key[STACK_FILE_SIZE + 32];

    for (size_t i = 0; i < stack->count; i++) {
        const struct stack_line *line = &stack->lines[i];

        (void)snprintf(key, sizeof(key), "/%s:%u ", strrchr(line->file, '/') + 1, line->number);
        if (strcmp(line->module, STACK_MODULE) == 0 && strstr(asked, key) != NULL)
            return true;
    }
    return false;
}

static unsigned count_conditions(const struct stack *stack)
{
    unsigned count = 0;

    for (size_t i = 0; i < stack->count; i++)
        count += stack_kind_of(stack->lines[i].module) == KIND_CONDITION;
    return count;
}

static bool can_succeed(const struct told *told, const char *service, const struct stack *stack,
                        struct stack_world *world)
{
    bool found = false;

    for (world->conditions = 0; world->conditions < 1U << count_conditions(stack);
         world->conditions++) {
        int theirs = told_run(told, service, stack, world);
        int ours = stack_run(stack, stack_world_returns, world, NULL);

        if (ours != theirs)
            fail_msg("%s, %s after %s: %s, and libpam says %s", service,
                     stack_facility_name(world->facility), stack_code_name(world->ours),
                     stack_code_name(ours), stack_code_name(theirs));
        found =
            found || (theirs == PAM_SUCCESS && (world->conditions == 0 || has_asked_ours(stack)));
    }
    return found;
}

enum stack_end told_judge(const struct told *told, const char *service, const struct stack *stack,
                          enum stack_facility facility, int code)
{
    static const int refusals[] = {PAM_AUTH_ERR,    PAM_USER_UNKNOWN, PAM_AUTHINFO_UNAVAIL,
                                   PAM_PERM_DENIED, PAM_ACCT_EXPIRED, PAM_AUTHTOK_ERR,
                                   PAM_IGNORE};
    struct stack_world world = {.facility = facility, .ours = code};

    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        world.prover = refusals[i];
        if (refusals[i] == PAM_IGNORE && facility != FACILITY_AUTH)
            continue;
        if (can_succeed(told, service, stack, &world))
            return END_LET_IN;
    }
    /* Each in its way: very many, so that libpam is asked where we say that one of them lets in. */
    if (stack_judge(stack, facility, code).end == END_LET_IN)
        for (world.refusal = 1; world.refusal <= stack_refusals(stack, facility); world.refusal++)
            if (can_succeed(told, service, stack, &world))
                return END_LET_IN;
    world.refusal = 0;
    world.prover = PAM_SUCCESS;
    return can_succeed(told, service, stack, &world) ? END_OTHERS : END_REFUSED;
}
