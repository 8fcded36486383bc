/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The commands of vsc-enroll. Each writes its result to standard output and returns what went
 * wrong with the words in `problem`; main() prints them and makes the exit status of it.
 * JSON is one value: a command that has begun one closes it, whatever goes wrong then. One that
 * fails before writes nothing: main() calls report_failure(). It is main() that ends the line.
 */
#ifndef VSC_ENROLL_COMMAND_H
#define VSC_ENROLL_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "common/json.h"
#include "enroll/run.h"

struct choices {
    const char *conf, *profile, *card, *out, *import, *at; /* NULL: not given */
    int pin, password;
    bool want_json, notify, yes;
    unsigned wait;     /* seconds that a notice waits for a click */
    struct json *json; /* standard output; NULL: words are wanted */
};

enum vsc_err command_list(const struct choices *choices, struct problem *problem);
enum vsc_err command_templates(const struct choices *choices, struct problem *problem);
enum vsc_err command_request(const struct choices *choices, struct problem *problem);
enum vsc_err command_import(const struct choices *choices, struct problem *problem);
enum vsc_err command_renew(const struct choices *choices, struct problem *problem);
enum vsc_err command_cancel(const struct choices *choices, struct problem *problem);
enum vsc_err command_status(const struct choices *choices, struct problem *problem);
enum vsc_err command_check(const struct choices *choices, struct problem *problem);
enum vsc_err command_pulse(const struct choices *choices, struct problem *problem);

/* open.c: errand_open() by the choices. */
must_check enum vsc_err open_errand(const struct choices *choices, struct errand *ret_errand,
                                    struct problem *problem);
/* The profile that was named, or the only one that this person may use. VSC_DENIED: it is for
 * others. */
must_check enum vsc_err find_profile(const struct errand *errand, const char *name,
                                     const struct profile **ret_profile, struct problem *problem);

/* report.c: what was done for one profile, in words or as an object of JSON. `json` NULL: words.
 * `err` and `why` are how it ended; `issued` NULL for no certificate. */
struct report {
    const struct run *run;
    const struct issued *issued;
    bool due, deleted;
    enum vsc_err err;
    const char *why;
};
void report_result(struct json *json, const struct report *report);
void report_status(struct json *json, const struct report *report);
/* Of a command that came to no profile or card. Only JSON: the words are main()'s. */
void report_failure(struct json *json, enum vsc_err err, const char *why);

#endif
