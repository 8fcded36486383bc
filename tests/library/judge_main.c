/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A program of somebody else's, built against the installed library: each word of the command line
 * is a setting, and cert=FILE judges. Exit 10 + enum certcheck_error for an error.
 */
#include <certcheck/certcheck.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char bytes[1 << 20];

static size_t read_file(const char *file)
{
    FILE *in = fopen(file, "rb");
    size_t len;

    if (in == NULL)
        exit(1);
    len = fread(bytes, 1, sizeof(bytes), in);
    (void)fclose(in);
    return len;
}

static void show(const struct certcheck_result *result)
{
    const struct certcheck_facts *facts = certcheck_facts(result);
    size_t i;

    if (certcheck_is_accepted(result))
        (void)printf("accepted %s\n",
                     certcheck_account(result) != NULL ? certcheck_account(result) : "(null)");
    for (i = 0; certcheck_reason(result, i) != NULL; i++)
        (void)printf("reason %s %u\n", certcheck_reason(result, i)->code,
                     certcheck_reason(result, i)->depth);
    for (i = 0; certcheck_warning(result, i) != NULL; i++)
        (void)printf("warning %s %u\n", certcheck_warning(result, i)->code,
                     certcheck_warning(result, i)->depth);
    for (i = 0; certcheck_check(result, i) != NULL; i++)
        (void)printf("check %s %d\n", certcheck_check(result, i)->name,
                     (int)certcheck_check(result, i)->outcome);
    for (i = 0; certcheck_chain(result, i) != NULL; i++)
        (void)printf("chain %s\n", certcheck_chain(result, i));
    if (facts != NULL && facts->upn != NULL)
        (void)printf("upn %s\n", facts->upn);
}

static enum certcheck_error judge(struct certcheck *checker, const char *file)
{
    struct certcheck_result *result = NULL;
    enum certcheck_error error = certcheck_judge(checker, bytes, read_file(file), &result);

    if (error == CERTCHECK_OK)
        show(result);
    certcheck_result_free(result);
    return error;
}

static enum certcheck_error obey(struct certcheck *checker, const char *name, const char *value)
{
    static const char *const sources[] = {"anchors", "intermediates", "crls", "ntauth", "cache"};

    for (int i = 0; i < 5; i++) {
        if (strcmp(name, sources[i]) == 0)
            return certcheck_set_path(checker, (enum certcheck_source)i, value);
        if (strncmp(name, "add-", 4) == 0 && strcmp(name + 4, sources[i]) == 0)
            return certcheck_add(checker, (enum certcheck_source)i, bytes, read_file(value));
    }
    if (strcmp(name, "upn") == 0)
        return certcheck_add_rule(checker, CERTCHECK_BY_UPN, value, "%u");
    if (strcmp(name, "sha256") == 0)
        return certcheck_add_rule(checker, CERTCHECK_BY_SHA256, value, "nobody");
    if (strcmp(name, "user") == 0)
        return certcheck_set_user(checker, value);
    if (strcmp(name, "soft") == 0)
        return certcheck_set_revocation(checker, CERTCHECK_SOFT, 0);
    if (strcmp(name, "cert") == 0)
        return judge(checker, value);
    if (strcmp(name, "names") == 0)
        certcheck_set_names(checker, false);
    else if (strcmp(name, "at") == 0)
        certcheck_set_time(checker, strtoll(value, NULL, 10));
    else if (strcmp(name, "any-owner") == 0)
        certcheck_set_trusted_only(checker, false);
    else
        return CERTCHECK_USAGE;
    return CERTCHECK_OK;
}

int main(int argc, char **argv)
{
    struct certcheck *checker = certcheck_new();
    enum certcheck_error error = checker != NULL ? CERTCHECK_OK : CERTCHECK_MEMORY;

    for (int i = 1; i < argc && error == CERTCHECK_OK; i++) {
        char *equals = strchr(argv[i], '=');

        if (equals != NULL)
            *equals = '\0';
        error = obey(checker, argv[i], equals != NULL ? equals + 1 : "");
    }
    if (error != CERTCHECK_OK)
        (void)fprintf(stderr, "%s\n", checker != NULL ? certcheck_problem(checker) : "no memory");
    certcheck_free(checker);
    return error != CERTCHECK_OK ? 10 + (int)error : 0;
}
