/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Scripted cases (tests/scripts/README): a text file of sections "[name]", lines of words in them.
 * Read by the test that plays the conversation and by the fake helpers alike. Words are parted by
 * blanks; "..." keeps blanks and knows \n \t \" \\ \xHH; "..."*N repeats. '#' begins a comment.
 */
#ifndef VSC_TESTS_SCRIPT_H
#define VSC_TESTS_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

#define SCRIPT_SIZE  65536
#define SCRIPT_LINES 512
#define SCRIPT_WORDS 96
#define SCRIPT_ARENA 32768

struct script {
    char *content; /* owned; cut into lines */
    char *lines[SCRIPT_LINES];
    size_t count;
};

struct words {
    char arena[SCRIPT_ARENA];
    char *items[SCRIPT_WORDS];
    size_t count;
};

/* False if it cannot be read. The caller releases it (script_done). */
bool script_read(const char *path, struct script *ret_script);
void script_done(struct script *script);
/*
 * The next line of `section` after line *at (0 at first): its text, and *at behind it. NULL at the
 * end. With `part` > 0 the section's part behind the part-th line "---".
 */
const char *script_next(const struct script *script, const char *section, size_t part, size_t *at);
bool script_has(const struct script *script, const char *section);
/* Cut a line into words; false if it is malformed. */
bool script_words(const char *line, struct words *ret_words);
/* The value of the word "name=value" among `words`; NULL if it is not there. */
const char *words_value(char *const *words, size_t count, const char *name);

#endif
