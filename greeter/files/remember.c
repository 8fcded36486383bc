/* SPDX-License-Identifier: BSD-2-Clause */
#include "greeter/files/remember.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "common/buf.h"
#include "common/io.h"
#include "common/own.h"
#include "common/text.h"
#include "greeter/files/keyfile.h"

#define GROUP    "last"
#define NAME     "greeter"
#define FILE_MAX 4096

/* The folder, made where it is missing; -1. No link is followed below the home. */
static int open_folder(const char *home, bool make)
{
    static const char *const names[] = {".cache", "pam_vsc"};
    auto_fd int at = open(home, O_PATH | O_DIRECTORY | O_CLOEXEC);

    for (size_t i = 0; at >= 0 && i < sizeof(names) / sizeof(names[0]); i++) {
        const int how = i == 0 ? O_PATH : O_RDONLY;
        auto_fd int above = take_fd(at);

        if (make)
            (void)mkdirat(above, names[i], 0700);
        at = openat(above, names[i], how | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    }
    return take_fd(at);
}

static void take_value(const struct keyfile *file, const char *key, char *to, size_t size)
{
    const char *value = keyfile_get(file, GROUP, key);

    if (value != NULL && strlen(value) < size && text_is_printable(value))
        (void)snprintf(to, size, "%s", value);
}

void remember_read(const char *home, struct remembered *ret_remembered)
{
    auto_fd int folder = open_folder(home, false);
    auto_keyfile struct keyfile file = {0};
    auto_buf struct buf content;

    *ret_remembered = (struct remembered){.session = ""};
    buf_init(&content, FILE_MAX);
    if (folder < 0 || io_read_at(folder, NAME, FILE_MAX, &content) != VSC_OK || content.len == 0 ||
        keyfile_read((const char *)content.data, content.len, &file, NULL) != VSC_OK)
        return;
    take_value(&file, "session", ret_remembered->session, sizeof(ret_remembered->session));
    take_value(&file, "card", ret_remembered->card, sizeof(ret_remembered->card));
}

enum vsc_err remember_write(const char *home, const struct remembered *remembered)
{
    auto_fd int folder = open_folder(home, true);
    char content[FILE_MAX];
    int len = snprintf(content, sizeof(content), "[" GROUP "]\nsession=%s\ncard=%s\n",
                       remembered->session, remembered->card);

    if (folder < 0 || len < 0 || (size_t)len >= sizeof(content))
        return VSC_SYSTEM;
    return io_write_at(folder, NAME, content, (size_t)len, 0600);
}
