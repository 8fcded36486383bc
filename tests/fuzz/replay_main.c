/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Gives every file of a corpus to a fuzz target, without libFuzzer: a part of the units, with any
 * compiler. As replay_NAME it takes tests/fuzz/corpus/NAME; or the folder is its argument.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/io.h"
#include "common/own.h"
#include "tests/fuzz/fuzz.h"

#define INPUT_MAX (4u * 1024 * 1024)

/* The target sees a block of exactly the file's size, so that a sanitizer notices every overrun. */
static int replay_file(int folder, const char *name)
{
    auto_buf struct buf content = {0};
    auto_free unsigned char *exact = NULL;

    if (io_read_at(folder, name, INPUT_MAX, &content) != VSC_OK)
        return 1;
    exact = malloc(content.len > 0 ? content.len : 1);
    if (exact == NULL)
        return 1;
    if (content.len > 0)
        memcpy(exact, content.data, content.len);
    return LLVMFuzzerTestOneInput(exact, content.len);
}

int main(int argc, char **argv)
{
    const char *name = strstr(argv[0], "replay_");
    char path[4096];
    struct dirent *entry;
    DIR *folder;
    unsigned count = 0, failed = 0;

    (void)snprintf(path, sizeof(path), "tests/fuzz/corpus/%s", name != NULL ? name + 7 : "");
    folder = opendir(argc > 1 ? argv[1] : path);
    if (folder == NULL) {
        (void)printf("not ok 1 - %s cannot be opened\n1..1\n", argc > 1 ? argv[1] : path);
        return 1;
    }
    while ((entry = readdir(folder)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        count++;
        if (replay_file(dirfd(folder), entry->d_name) != 0) {
            (void)printf("# %s failed\n", entry->d_name);
            failed++;
        }
    }
    (void)closedir(folder);
    (void)printf("%s 1 - the corpus replays: %u files\n1..1\n",
                 failed == 0 && count > 0 ? "ok" : "not ok", count);
    return failed == 0 && count > 0 ? 0 : 1;
}
