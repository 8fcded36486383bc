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
#define PAM_LINE_MAX  1024 /* libpam's */
#define BLANKS        " \t"
#define ACTION_NUMBER 4 /* digits of a jump */

struct reading {
    const struct stack_folders *folders;
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
    if (stack_code_of(code) < 0)
        return false;
    line->actions[stack_code_of(code)] = action;
    return true;
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
    for (const char *c = module; *c != '\0'; c++)
        if ((unsigned char)*c < ' ') /* a carriage return: libpam would look for such a module */
            return bad(reading, place, "a control character in a module's name");
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

static bool is_facility(const char *word)
{
    static const char *const facilities[] = {"auth", "account", "password", "session"};

    for (size_t i = 0; i < sizeof(facilities) / sizeof(facilities[0]); i++)
        if (strcasecmp(facilities[i], word) == 0)
            return true;
    return false;
}

static void read_arguments(struct stack_line *line, char *rest)
{
    for (char *word = strtok_r(rest, BLANKS, &rest); word != NULL;
         word = strtok_r(NULL, BLANKS, &rest)) {
        line->use_authtok = line->use_authtok || strcmp(word, "use_authtok") == 0;
        line->ask_authtok = line->ask_authtok || strcmp(word, "ask_authtok") == 0;
    }
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
    line.may_be_absent = *facility == '-';
    facility += line.may_be_absent;
    if (!is_facility(facility))
        return bad(reading, place, "the type is not known");
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
    read_arguments(&line, rest);
    return add_line(reading, place, &line, module);
}

/* A line of a stack, put together of those of the file. */
struct joined {
    char text[PAM_LINE_MAX];
    size_t len;
    bool open; /* it goes on */
};

/*
 * As libpam does it: what '#' begins ends the line; one whose last character but blanks is a
 * backslash goes on with the next that is neither blank nor a comment. False: too long.
 */
static bool join(struct joined *line, const char *text)
{
    size_t len = strcspn(text, "#"), end = len;

    while (text[len] == '\0' && end > 0 && strchr(BLANKS, text[end - 1]) != NULL)
        end--;
    line->open = text[len] == '\0' && end > 0 && text[end - 1] == '\\';
    len = line->open ? end - 1 : len;
    if (line->len + len + 2 > sizeof(line->text))
        return false;
    memcpy(line->text + line->len, text, len);
    line->len += len;
    line->text[line->len++] = ' ';
    line->text[line->len] = '\0';
    return true;
}

/* One line of the file; what libpam would join to one is read when it is whole. */
static enum vsc_err add_text(struct reading *reading, struct place *place, unsigned number,
                             const char *text, struct joined *line)
{
    const char *first = text + strspn(text, BLANKS);
    enum vsc_err err;

    if (*first == '\0' || *first == '#')
        return VSC_OK;
    place->number = line->open ? place->number : number;
    if (!join(line, text))
        return bad(reading, place, "the line is too long");
    if (line->open)
        return VSC_OK;
    err = read_line(reading, place, line->text);
    line->len = 0;
    return err;
}

static enum vsc_err read_lines(struct reading *reading, struct place *place, char *text)
{
    struct joined line = {.len = 0};
    enum vsc_err err = VSC_OK;

    for (unsigned number = 1; err == VSC_OK && *text != '\0'; number++) {
        char *next = text + strcspn(text, "\n");

        if (*next != '\0')
            *next++ = '\0';
        err = add_text(reading, place, number, text, &line);
        text = next;
    }
    return err == VSC_OK && line.open ? bad(reading, place, "the line does not end") : err;
}

/* /etc/pam.d is root's, and authselect puts links there: these are followed. */
static int open_below(const char *folder, const char *name)
{
    auto_fd int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    return fd < 0 ? -1 : openat(fd, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
}

static enum vsc_err read_content(const struct reading *reading, const char *name, char *ret_file,
                                 struct buf *ret_content)
{
    auto_fd int fd = -1;
    enum vsc_err err;

    for (size_t i = 0; fd < 0 && reading->folders->paths[i] != NULL; i++) {
        const char *folder = name[0] == '/' ? "" : reading->folders->paths[i];

        if (snprintf(ret_file, STACK_FILE_SIZE, "%s%s%s", folder, name[0] == '/' ? "" : "/",
                     name) >= STACK_FILE_SIZE)
            return problem_set(reading->problem, VSC_INPUT, "%s: the name is too long", name);
        fd = open_below(reading->folders->paths[i], name);
        if (fd < 0 && errno != ENOENT)
            break;
    }
    if (fd < 0)
        return problem_set(reading->problem, VSC_INPUT, "%s: %s", name, strerror(errno));
    err = io_read_all(fd, PAM_FILE_MAX, ret_content);
    if (err != VSC_OK)
        return problem_set(reading->problem, err, "%s: cannot be read", ret_file);
    if (ret_content->len > 0 && memchr(ret_content->data, '\0', ret_content->len) != NULL)
        return problem_set(reading->problem, VSC_INPUT, "%s: it is no text", ret_file);
    return VSC_OK;
}

static enum vsc_err read_file(struct reading *reading, const struct place *from, const char *name,
                              bool substack)
{
    auto_buf struct buf content;
    auto_free char *text = NULL;
    char file[STACK_FILE_SIZE];
    struct place place = {
        .file = file, .level = from->level + (substack ? 1 : 0), .depth = from->depth + 1};
    enum vsc_err err;

    buf_init(&content, 0);
    if (place.depth > STACK_DEPTH_MAX)
        return bad(reading, from, "files within files: too many");
    err = read_content(reading, name, file, &content);
    if (err != VSC_OK)
        return err;
    text = strndup((const char *)content.data, content.len);
    return text != NULL ? read_lines(reading, &place, text) : VSC_MEMORY;
}

struct stack_folders stack_folders_of(const char *folder)
{
    static const struct stack_folders system = {{"/etc/pam.d", "/usr/lib/pam.d", NULL}};

    return folder != NULL ? (struct stack_folders){{folder, NULL}} : system;
}

enum vsc_err stack_read(const struct stack_folders *folders, const char *name, const char *facility,
                        struct stack *ret_stack, struct problem *problem)
{
    static const struct place top = {.file = "", .number = 0};
    struct reading reading = {
        .folders = folders, .facility = facility, .stack = ret_stack, .problem = problem};
    struct problem absent = {""};
    enum vsc_err err;

    ret_stack->count = 0;
    err = read_file(&reading, &top, name, false);
    if (err != VSC_OK || ret_stack->count > 0 || strcmp(name, "other") == 0)
        return err;
    reading.problem = &absent;
    err = read_file(&reading, &top, "other", false);
    if (err == VSC_INPUT && ret_stack->count == 0) /* it need not be there */
        return VSC_OK;
    *problem = absent;
    return err;
}

bool stack_has(const struct stack *stack, const char *module)
{
    for (size_t i = 0; i < stack->count; i++)
        if (strcmp(stack->lines[i].module, module) == 0)
            return true;
    return false;
}
