/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writes parts of the corpora of fuzz_chain.c, fuzz_pem.c and fuzz_facts.c from the cases of
 * tests/hostile: make_corpus_hostile CORPUS-FOLDER. The files are committed.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/support/hostile_case.h"

#define FILE_MAX 8192

static struct hostile_cases cases;

static const struct hostile_case *find(const char *name)
{
    for (size_t i = 0; i < cases.count; i++)
        if (strcmp(cases.items[i].name, name) == 0)
            return &cases.items[i];
    return NULL;
}

/* One byte, then a field of a case. */
static int put(const char *folder, const char *name, unsigned char first, const char *field)
{
    const struct hostile_case *hostile = find(name);
    struct forge *forge;
    auto_buf struct buf bytes;
    char path[8192];
    FILE *file;

    if (hostile == NULL)
        return 1;
    forge = hostile_forge(hostile);
    buf_init(&bytes, FORGE_MAX);
    buf_u8(&bytes, first);
    forge_put(forge, field, &bytes);
    forge_free(forge);
    (void)snprintf(path, sizeof(path), "%s/%s-%s", folder, name, strchr(field, '.') + 1);
    file = fopen(path, "w");
    if (bytes.len > FILE_MAX || file == NULL)
        return 1;
    return (fwrite(bytes.data, 1, bytes.len, file) == bytes.len && fclose(file) == 0) ? 0 : 1;
}

static int put_all(const char *corpus, const char *target, const char *const *names,
                   unsigned char first, const char *field)
{
    char folder[4096];
    int failed = 0;

    (void)snprintf(folder, sizeof(folder), "%s/%s", corpus, target);
    (void)mkdir(folder, 0755);
    for (; *names != NULL; names++)
        failed |= put(folder, *names, first, field);
    return failed;
}

int main(int argc, char **argv)
{
    static const char *const chains[] = {"good",
                                         "good-with-its-ca",
                                         "two-cas-that-issue-each-other",
                                         "three-cas-that-issue-each-other-in-a-circle",
                                         "anchor-that-came-with-the-certificate",
                                         "ca-name-constraint-on-an-unknown-form",
                                         "chain-of-twelve",
                                         NULL};
    static const char *const contents[] = {"good",
                                           "upn-with-a-nul",
                                           "upn-twice-the-same",
                                           "key-usage-empty",
                                           "extension-unknown-and-critical",
                                           "sid-as-text",
                                           "policies-the-same-twice",
                                           "time-on-february-30",
                                           "key-on-secp256k1",
                                           "key-point-at-infinity",
                                           "authority-key-identifier-without-a-serial-number",
                                           NULL};
    static const char *const files[] = {"good",
                                        "good-in-pem",
                                        "pem-with-carriage-returns",
                                        "pem-after-an-encrypted-key",
                                        "pem-with-its-ca",
                                        "pem-with-headers",
                                        "pem-encrypted",
                                        "pem-with-a-nul-in-it",
                                        "pem-with-a-second-block-cut",
                                        "file-that-is-a-private-key",
                                        "file-with-a-cut-certificate-behind-it",
                                        NULL};
    static const char *const lists[] = {"good", "list-in-pem-cut-short", "list-that-revokes", NULL};
    int failed;

    if (argc != 2)
        return 2;
    hostile_read(&cases, "tests/hostile");
    failed = put_all(argv[1], "chain", chains, 0, "file.check");
    failed |= put_all(argv[1], "chain", contents, 1, "leaf.tbs");
    failed |= put_all(argv[1], "pem", files, 0, "file.check");
    failed |= put_all(argv[1], "pem", lists, 1, "file.crls");
    return failed | put_all(argv[1], "facts", contents, 0, "leaf.der");
}
