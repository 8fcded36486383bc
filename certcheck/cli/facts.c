/* SPDX-License-Identifier: BSD-2-Clause */
/* certcheck facts: what is in a certificate. */
#include <stdio.h>

#include "certcheck/certs.h"
#include "certcheck/cli/command.h"
#include "certcheck/cli/print.h"
#include "certcheck/facts.h"
#include "certcheck/openssl_own.h"
#include "common/json.h"

DEFINE_AUTO(struct facts, facts_free)

struct choices {
    bool json;
};

static const struct option options[] = {
    {"json", OPTION_FLAG, offsetof(struct choices, json), .min = 0},
    {NULL, OPTION_FLAG, 0, .min = 0},
};

static int print_file_facts(const char *file, bool as_json)
{
    auto_by(x509_stack_free) STACK_OF(X509) *certs = sk_X509_new_null();
    auto_by(facts_free) struct facts *facts = NULL;
    struct problem problem = {""};
    enum vsc_err err = certs != NULL ? certs_load_chain(file, certs, &problem) : VSC_MEMORY;
    struct json json;

    if (err == VSC_OK)
        err = facts_read(sk_X509_value(certs, 0), &facts, &problem);
    if (err != VSC_OK)
        return command_failed(err, &problem);
    if (!as_json) {
        print_facts(stdout, file, facts);
        return 0;
    }
    json_init(&json, stdout);
    json_open_object(&json, NULL);
    json_string(&json, "file", file);
    print_facts_json(&json, facts);
    json_close_object(&json);
    return json_end(&json) ? 0 : 3;
}

int command_facts(const struct request *request)
{
    struct choices choices = {0};
    auto_words struct words files = {0};
    int status = 0;
    enum vsc_err err = command_parse(request, options, &choices, &files);

    if (err != VSC_OK)
        return vsc_exit_status(err);
    if (files.count == 0)
        return command_misused();
    for (size_t i = 0; i < files.count; i++)
        status = command_worse(status, print_file_facts(files.items[i], choices.json));
    return status;
}
