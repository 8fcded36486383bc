/* SPDX-License-Identifier: BSD-2-Clause */
/* The computer as vsc-check finds it, see check_session.h. */
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "certcheck/check_session.h"
#include "common/deadline.h"
#include "common/mark.h"

static int64_t wall_clock(void)
{
    return time(NULL);
}

static void read_boot_id(char to[BOOT_ID_SIZE])
{
    FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");

    *to = '\0';
    if (file == NULL)
        return;
    if (fgets(to, BOOT_ID_SIZE, file) == NULL)
        *to = '\0';
    (void)fclose(file);
}

struct check_world check_world_here(const struct conf *conf)
{
    struct check_world world = {
        .conf = conf,
        .accounts = &account_nss,
        .now = wall_clock,
        .ticks = clock_ms,
        .mark = MARK_FOLDER,
    };

    if (gethostname(world.host, sizeof(world.host)) != 0)
        world.host[0] = '\0';
    world.host[sizeof(world.host) - 1] = '\0';
    read_boot_id(world.boot_id);
    return world;
}
