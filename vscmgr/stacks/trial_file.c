/* SPDX-License-Identifier: BSD-2-Clause */
/* The trial on disk: lines of words, strictly read. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/buf.h"
#include "common/io.h"
#include "common/own.h"
#include "vscmgr/stacks/services.h"
#include "vscmgr/stacks/trial.h"

#define FILE_MAX 16384
#define HEAD     "vsc-trial 1"

static bool read_boot_id(char ret_id[BOOT_ID_TEXT])
{
    FILE *stream = fopen("/proc/sys/kernel/random/boot_id", "re");
    bool is_read = stream != NULL && fgets(ret_id, BOOT_ID_TEXT, stream) != NULL;

    if (stream != NULL)
        (void)fclose(stream);
    if (is_read)
        ret_id[strcspn(ret_id, "\n")] = '\0';
    return is_read && ret_id[0] != '\0';
}

static bool read_clock(int64_t *ret_seconds)
{
    struct timespec now;

    if (clock_gettime(CLOCK_BOOTTIME, &now) != 0)
        return false;
    *ret_seconds = now.tv_sec;
    return true;
}

enum vsc_err trial_set_end(struct trial *trial, int64_t seconds)
{
    int64_t now;

    if (!read_boot_id(trial->boot_id) || !read_clock(&now))
        return VSC_SYSTEM;
    trial->until = now + seconds;
    return VSC_OK;
}

bool trial_is_over(const struct trial *trial, int64_t *ret_left)
{
    char boot_id[BOOT_ID_TEXT];
    int64_t now;

    *ret_left = 0;
    if (!read_boot_id(boot_id) || strcmp(boot_id, trial->boot_id) != 0 || !read_clock(&now))
        return true;
    *ret_left = trial->until - now;
    return *ret_left <= 0;
}

static bool read_service(struct trial *trial, const char *name, const char *kind)
{
    struct trial_service *service = &trial->services[trial->count];
    bool replaced = strcmp(kind, "replaced") == 0;

    if (trial->count == TRIAL_SERVICES_MAX || !stack_is_service_name(name) ||
        (!replaced && strcmp(kind, "new") != 0))
        return false;
    (void)snprintf(service->name, sizeof(service->name), "%s", name);
    service->replaced = replaced;
    trial->count++;
    return true;
}

static bool read_line(struct trial *trial, const char *line)
{
    char name[STACK_NAME_SIZE], kind[16];
    long long until;
    char rest;

    if (sscanf(line, "boot %39s%c", trial->boot_id, &rest) == 1)
        return true;
    if (sscanf(line, "until %lld%c", &until, &rest) == 1) {
        trial->until = until;
        return true;
    }
    if (sscanf(line, "folder %255[^\n]%c", trial->folder, &rest) == 1)
        return trial->folder[0] == '/';
    return sscanf(line, "service %63s %15s%c", name, kind, &rest) == 2 &&
           read_service(trial, name, kind);
}

static bool parse(char *text, struct trial *trial)
{
    char *rest = NULL, *line = strtok_r(text, "\n", &rest);

    if (line == NULL || strcmp(line, HEAD) != 0)
        return false;
    while ((line = strtok_r(NULL, "\n", &rest)) != NULL)
        if (!read_line(trial, line))
            return false;
    return trial->folder[0] != '\0' && trial->count > 0;
}

bool trial_read(const struct trial_place *place, struct trial *ret_trial)
{
    auto_buf struct buf content;
    auto_free char *text = NULL;

    buf_init(&content, 0);
    *ret_trial = (struct trial){.count = 0};
    if (io_read_at(place->fd, TRIAL_NAME, FILE_MAX, &content) != VSC_OK)
        return false;
    text = strndup((const char *)content.data, content.len);
    return text != NULL && parse(text, ret_trial);
}

enum vsc_err trial_write(const struct trial_place *place, const struct trial *trial)
{
    auto_buf struct buf text;
    char line[TRIAL_PATH_SIZE + 32];

    buf_init(&text, FILE_MAX);
    (void)snprintf(line, sizeof(line), HEAD "\nboot %s\nuntil %lld\nfolder ", trial->boot_id,
                   (long long)trial->until);
    buf_put(&text, line, strlen(line));
    buf_put(&text, trial->folder, strlen(trial->folder));
    buf_put(&text, "\n", 1);
    for (size_t i = 0; i < trial->count; i++) {
        (void)snprintf(line, sizeof(line), "service %s %s\n", trial->services[i].name,
                       trial->services[i].replaced ? "replaced" : "new");
        buf_put(&text, line, strlen(line));
    }
    if (buf_status(&text) != VSC_OK)
        return buf_status(&text);
    return io_write_at(place->fd, TRIAL_NAME, text.data, text.len, 0600);
}
