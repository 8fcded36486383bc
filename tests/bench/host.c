/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a PAM module adds to the process that loads it: as libpam does, dlopen(MODULE) in a program
 * that has libpam already. Prints the growth of the resident memory in KB and the number of files
 * that were mapped besides the module itself.
 */
#include <dlfcn.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <security/pam_appl.h>

#define FILES_MAX 128

struct image {
    long rss_kb;
    int files; /* different ones */
    char names[FILES_MAX][256];
};

static bool is_known(const struct image *image, const char *name)
{
    for (int i = 0; i < image->files; i++) {
        if (strcmp(image->names[i], name) == 0)
            return true;
    }
    return false;
}

static void look(struct image *image)
{
    char line[512], name[256];
    long kb = 0;
    FILE *file = fopen("/proc/self/smaps", "re");

    if (file == NULL)
        return;
    while (fgets(line, sizeof(line), file) != NULL) {
        if (sscanf(line, "Rss: %ld", &kb) == 1)
            image->rss_kb += kb;
        else if (sscanf(line, "%*s %*s %*s %*s %*s /%254s", name) == 1 &&
                 image->files < FILES_MAX && !is_known(image, name))
            (void)snprintf(image->names[image->files++], sizeof(image->names[0]), "%s", name);
    }
    (void)fclose(file);
}

int main(int argc, char **argv)
{
    /* Twice before: what looking itself costs is then there already. */
    static struct image rehearsal, before, after;

    if (argc != 2) {
        fputs("usage: host MODULE.so\n", stderr);
        return 2;
    }
    (void)pam_strerror(NULL, PAM_SUCCESS);
    look(&rehearsal);
    look(&before);
    if (dlopen(argv[1], RTLD_NOW) == NULL) {
        fprintf(stderr, "host: %s\n", dlerror());
        return 1;
    }
    look(&after);
    printf("%ld %d\n", after.rss_kb - before.rss_kb, after.files - before.files - 1);
    return 0;
}
