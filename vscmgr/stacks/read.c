/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads a stack from its files, see the header. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/io.h"
#include "common/own.h"
#include "vscmgr/stacks/stack.h"

#define PAM_FILE_MAX  (64 * 1024)
#define BLANKS        " \t\r"
#define ACTION_NUMBER 4 /* digits of a jump */

struct reading {
    int folder;
    const char *facility;
    struct stack *stack;
    struct problem *problem;
};

/* One file that is being read. */
struct place {
    const char *file;
    unsigned number; /* of the line */
    unsigned level;  /* of substacks */
    unsigned depth;  /* of files */
};

static const struct {
    const char *name;
    int code;
} codes[] = {
    {"success", PAM_SUCCESS},
    {"open_err", PAM_OPEN_ERR},
    {"symbol_err", PAM_SYMBOL_ERR},
    {"service_err", PAM_SERVICE_ERR},
    {"system_err", PAM_SYSTEM_ERR},
    {"buf_err", PAM_BUF_ERR},
    {"perm_denied", PAM_PERM_DENIED},
    {"auth_err", PAM_AUTH_ERR},
    {"cred_insufficient", PAM_CRED_INSUFFICIENT},
    {"authinfo_unavail", PAM_AUTHINFO_UNAVAIL},
    {"user_unknown", PAM_USER_UNKNOWN},
    {"maxtries", PAM_MAXTRIES},
    {"new_authtok_reqd", PAM_NEW_AUTHTOK_REQD},
    {"acct_expired", PAM_ACCT_EXPIRED},
    {"session_err", PAM_SESSION_ERR},
    {"cred_unavail", PAM_CRED_UNAVAIL},
    {"cred_expired", PAM_CRED_EXPIRED},
    {"cred_err", PAM_CRED_ERR},
    {"no_module_data", PAM_NO_MODULE_DATA},
    {"conv_err", PAM_CONV_ERR},
    {"authtok_err", PAM_AUTHTOK_ERR},
    {"authtok_recover_err", PAM_AUTHTOK_RECOVERY_ERR},
    {"authtok_lock_busy", PAM_AUTHTOK_LOCK_BUSY},
    {"authtok_disable_aging", PAM_AUTHTOK_DISABLE_AGING},
    {"try_again", PAM_TRY_AGAIN},
    {"ignore", PAM_IGNORE},
    {"abort", PAM_ABORT},
    {"authtok_expired", PAM_AUTHTOK_EXPIRED},
    {"module_unknown", PAM_MODULE_UNKNOWN},
    {"bad_item", PAM_BAD_ITEM},
    {"conv_again", PAM_CONV_AGAIN},
    {"incomplete", PAM_INCOMPLETE},
};

static const struct {
    const char *name;
    int action;
} actions[] = {
    {"ignore", ACTION_IGNORE}, {"ok", ACTION_OK},   {"done", ACTION_DONE},
    {"bad", ACTION_BAD},       {"die", ACTION_DIE}, {"reset", ACTION_RESET},
};

/* The old words: on success, and on everything else but "ignore". */
static const struct {
    const char *name;
    int success, other;
} controls[] = {
    {"required", ACTION_OK, ACTION_BAD},
    {"requisite", ACTION_OK, ACTION_DIE},
    {"sufficient", ACTION_DONE, ACTION_IGNORE},
    {"optional", ACTION_OK, ACTION_IGNORE},
};

static enum vsc_err read_file(struct reading *reading, const struct place *from, const char *name,
                              bool substack);

static enum vsc_err bad(const struct reading *reading, const struct place *place, const char *what)
{
    return problem_set(reading->problem, VSC_INPUT, "%s:%u: %s", place->file, place->number, what);
}

static bool action_of(const char *word, int *ret_action)
{
    int number = 0;

    for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
        if (strcasecmp(actions[i].name, word) == 0) {
            *ret_action = actions[i].action;
            return true;
        }
    }
    if (*word == '\0' || strlen(word) > ACTION_NUMBER || strspn(word, "0123456789") != strlen(word))
        return false;
    for (; *word != '\0'; word++)
        number = number * 10 + (*word - '0');
    *ret_action = number;
    return number > 0;
}

/* "default" is for those that were not named before it. */
static bool set_action(struct stack_line *line, const char *code, int action)
{
    if (strcasecmp(code, "default") == 0) {
        for (int i = 0; i < STACK_CODES; i++)
            if (line->actions[i] == ACTION_UNSET)
                line->actions[i] = action;
        return true;
    }
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        if (strcasecmp(codes[i].name, code) == 0) {
            line->actions[codes[i].code] = action;
            return true;
        }
    }
    return false;
}

/* What stands between the brackets. */
static bool read_brackets(struct stack_line *line, char *text)
{
    char *rest = NULL;

    for (char *pair = strtok_r(text, BLANKS, &rest); pair != NULL;
         pair = strtok_r(NULL, BLANKS, &rest)) {
        char *equals = strchr(pair, '=');
        int action;

        if (equals == NULL)
            return false;
        *equals = '\0';
        if (!action_of(equals + 1, &action) || !set_action(line, pair, action))
            return false;
    }
    return true;
}

static bool read_control(struct stack_line *line, char *control)
{
    for (int i = 0; i < STACK_CODES; i++)
        line->actions[i] = ACTION_UNSET;
    if (*control == '[') {
        if (!read_brackets(line, control + 1))
            return false;
        (void)set_action(line, "default", ACTION_BAD);
        return true;
    }
    for (size_t i = 0; i < sizeof(controls) / sizeof(controls[0]); i++) {
        if (strcasecmp(controls[i].name, control) != 0)
            continue;
        (void)set_action(line, "success", controls[i].success);
        (void)set_action(line, "new_authtok_reqd", controls[i].success);
        (void)set_action(line, "ignore", ACTION_IGNORE);
        (void)set_action(line, "default", controls[i].other);
        return true;
    }
    return false;
}

/* The next word of a line; "[...]" is one, without its closing bracket. */
static char *next_word(char **rest)
{
    char *word = *rest + strspn(*rest, BLANKS), *end;

    if (*word == '\0')
        return NULL;
    end = *word == '[' ? strchr(word, ']') : word + strcspn(word, BLANKS);
    if (end == NULL)
        return NULL;
    *rest = *end == '\0' ? end : end + 1;
    *end = '\0';
    return word;
}

static enum vsc_err add_line(struct reading *reading, const struct place *place,
                             struct stack_line *line, const char *module)
{
    const char *slash = strrchr(module, '/');

    module = slash != NULL ? slash + 1 : module;
    if (strlen(module) >= sizeof(line->module) || strlen(place->file) >= sizeof(line->file))
        return bad(reading, place, "a name is too long");
    if (reading->stack->count == STACK_LINES_MAX)
        return bad(reading, place, "too many lines");
    (void)snprintf(line->module, sizeof(line->module), "%s", module);
    (void)snprintf(line->file, sizeof(line->file), "%s", place->file);
    line->level = place->level;
    line->number = place->number;
    reading->stack->lines[reading->stack->count++] = *line;
    return VSC_OK;
}

static enum vsc_err read_line(struct reading *reading, const struct place *place, char *text)
{
    struct stack_line line = {0};
    char *rest = text;
    char *facility = next_word(&rest), *control, *module;

    if (facility == NULL)
        return VSC_OK;
    if (strcasecmp(facility, "@include") == 0) {
        module = next_word(&rest);
        return module != NULL ? read_file(reading, place, module, false)
                              : bad(reading, place, "a file is missing");
    }
    facility += *facility == '-';
    if (strcasecmp(facility, reading->facility) != 0)
        return VSC_OK;
    control = next_word(&rest);
    module = next_word(&rest);
    if (control == NULL || module == NULL)
        return bad(reading, place, "control or module is missing");
    if (strcasecmp(control, "include") == 0)
        return read_file(reading, place, module, false);
    if (strcasecmp(control, "substack") == 0) {
        enum vsc_err err = add_line(reading, place, &line, "");

        return err == VSC_OK ? read_file(reading, place, module, true) : err;
    }
    if (!read_control(&line, control))
        return bad(reading, place, "the control is not known");
    return add_line(reading, place, &line, module);
}

/* Lines end at a newline that no backslash stands before; '#' begins a comment. */
static enum vsc_err read_lines(struct reading *reading, struct place *place, char *text)
{
    enum vsc_err err = VSC_OK;

    while (err == VSC_OK && *text != '\0') {
        char *end = text;
        unsigned lines = 1;

        for (end += strcspn(end, "\n"); end > text && *end != '\0' && end[-1] == '\\'; lines++) {
            end[-1] = end[0] = ' ';
            end += strcspn(end, "\n");
        }
        if (*end != '\0')
            *end++ = '\0';
        text[strcspn(text, "#")] = '\0';
        err = read_line(reading, place, text);
        place->number += lines;
        text = end;
    }
    return err;
}

/* /etc/pam.d is root's, and authselect puts links there: these are followed. */
static enum vsc_err read_content(const struct reading *reading, const char *name,
                                 struct buf *ret_content)
{
    auto_fd int fd = openat(reading->folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    enum vsc_err err;

    if (fd < 0)
        return problem_set(reading->problem, VSC_INPUT, "%s: %s", name, strerror(errno));
    err = io_read_all(fd, PAM_FILE_MAX, ret_content);
    if (err != VSC_OK)
        return problem_set(reading->problem, err, "%s: cannot be read", name);
    return VSC_OK;
}

static enum vsc_err read_file(struct reading *reading, const struct place *from, const char *name,
                              bool substack)
{
    auto_buf struct buf content;
    auto_free char *text = NULL;
    const char *slash = strrchr(name, '/');
    struct place place = {.file = slash != NULL ? slash + 1 : name,
                          .number = 1,
                          .level = from->level + (substack ? 1 : 0),
                          .depth = from->depth + 1};
    enum vsc_err err;

    buf_init(&content, 0);
    if (place.depth > STACK_DEPTH_MAX)
        return bad(reading, from, "files within files: too many");
    err = read_content(reading, name, &content);
    if (err != VSC_OK)
        return err;
    text = strndup((const char *)content.data, content.len);
    return text != NULL ? read_lines(reading, &place, text) : VSC_MEMORY;
}

enum vsc_err stack_read(const char *folder, const char *name, const char *facility,
                        struct stack *ret_stack, struct problem *problem)
{
    static const struct place top = {.file = "", .number = 0};
    auto_fd int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct reading reading = {
        .folder = fd, .facility = facility, .stack = ret_stack, .problem = problem};

    ret_stack->count = 0;
    if (fd < 0)
        return problem_set(problem, VSC_INPUT, "%s: %s", folder, strerror(errno));
    return read_file(&reading, &top, name, false);
}

bool stack_has(const struct stack *stack, const char *module)
{
    for (size_t i = 0; i < stack->count; i++)
        if (strcmp(stack->lines[i].module, module) == 0)
            return true;
    return false;
}
