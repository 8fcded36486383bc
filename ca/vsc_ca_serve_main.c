/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vsc-ca-serve: the CA's socket (vsc-ca.8, serve). It knows by the kernel who asks, and has
 * `vsc-ca answer` decide. Two ways to run: for one connection on descriptor 3 (a socket unit with
 * Accept=yes), and as a listener.
 */
#include <stddef.h>

#include "ca/serve.h"
#include "common/drop.h"
#include "common/listen.h"
#include "common/log.h"
#include "common/options.h"
#include "common/spawn.h"

#define PROGRAM "vsc-ca-serve"

struct arguments {
    const char *program, *folder, *listen;
};

static const struct option options[] = {
    {.name = "program", .kind = OPTION_PATH, .offset = offsetof(struct arguments, program)},
    {.name = "folder", .kind = OPTION_PATH, .offset = offsetof(struct arguments, folder)},
    {.name = "listen", .kind = OPTION_PATH, .offset = offsetof(struct arguments, listen)},
    {.name = NULL},
};

static int serve_child(int fd, void *context)
{
    serve_connection(fd, context);
    return 0;
}

int main(int argc, char **argv)
{
    struct arguments arguments = {.program = VSC_SBINDIR "/vsc-ca",
                                  .folder = "/var/lib/pam_vsc/ca"};
    const struct drop_limits limits = {
        .cpu_seconds = 0, .file_mib = 256, .data_mib = 512, .memory_mib = 2048};
    struct problem problem = {""};
    struct authority authority;
    const char *words[1];
    size_t word_count = 0;
    enum vsc_err err = options_parse_command(options, argc - 1, argv + 1, &arguments, words, 1,
                                             &word_count, &problem);

    if (err == VSC_OK && word_count > 0)
        err = problem_set(&problem, VSC_USAGE, "unexpected argument %s", words[0]);
    if (drop_prepare_within(arguments.listen == NULL ? SPAWN_CHANNEL : -1, &limits) != VSC_OK)
        return vsc_exit_status(VSC_SYSTEM);
    log_open(PROGRAM, true);
    authority = (struct authority){.program = arguments.program, .folder = arguments.folder};
    if (err == VSC_OK && arguments.listen == NULL) {
        serve_connection(SPAWN_CHANNEL, &authority);
    } else if (err == VSC_OK) {
        const struct listener listener = {
            .path = arguments.listen, .child = serve_child, .context = &authority};

        err = listen_run(&listener, &problem);
    }
    if (err != VSC_OK)
        vsc_log(LOG_ERR, "%s: %s", vsc_strerror(err), problem.text);
    return vsc_exit_status(err);
}
