/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/refresh/machine.h"

#include <krb5.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/io.h"
#include "common/own.h"

#define KEYS_MAX      64 /* of one account: versions and kinds */
#define SYSTEM_CONFIG "/etc/krb5.conf"
#define MEMORY_KEYTAB "MEMORY:pam_vsc-machine"
#define MEMORY_CACHE  "MEMORY:pam_vsc-machine"

const char machine_settings[] = "[libdefaults]\n"
                                "dns_canonicalize_hostname = false\n"
                                "rdns = false\n";

struct machine {
    krb5_context context;     /* owned */
    krb5_keytab keys;         /* owned: in memory, there while it is open */
    krb5_principal principal; /* owned */
    char *name;               /* "CLIENT$@CORP.TEST", for messages; owned by the library */
};
DEFINE_AUTO(struct machine, machine_free)

void machine_free(struct machine *machine)
{
    if (machine == NULL)
        return;
    if (machine->context != NULL) {
        krb5_free_unparsed_name(machine->context, machine->name);
        krb5_free_principal(machine->context, machine->principal);
        if (machine->keys != NULL)
            (void)krb5_kt_close(machine->context, machine->keys);
        krb5_free_context(machine->context);
    }
    free(machine);
}

static enum vsc_err tell(krb5_context context, krb5_error_code code, const char *what,
                         struct problem *problem)
{
    const char *text = krb5_get_error_message(context, code);

    (void)problem_set(problem, VSC_INPUT, "%s: %s", what, text);
    krb5_free_error_message(context, text);
    return VSC_INPUT;
}

/* One component that ends with "$": the account of a computer. */
static bool is_computer(const krb5_principal_data *principal)
{
    const krb5_data *name = &principal->data[0];

    return principal->length == 1 && name->length > 1 && name->data[name->length - 1] == '$';
}

/* A key of the computer: of the first one that is met. */
static krb5_error_code take_key(struct machine *machine, krb5_keytab_entry *entry)
{
    krb5_error_code code = 0;

    if (!is_computer(entry->principal))
        return 0;
    if (machine->principal == NULL) {
        code = krb5_copy_principal(machine->context, entry->principal, &machine->principal);
        if (code == 0)
            code = krb5_unparse_name(machine->context, machine->principal, &machine->name);
    } else if (!krb5_principal_compare(machine->context, machine->principal, entry->principal)) {
        return 0;
    }
    return code == 0 ? krb5_kt_add_entry(machine->context, machine->keys, entry) : code;
}

static krb5_error_code take_keys(struct machine *machine, krb5_keytab file)
{
    krb5_kt_cursor cursor;
    krb5_keytab_entry entry;
    krb5_error_code code = krb5_kt_start_seq_get(machine->context, file, &cursor);
    unsigned taken = 0;

    if (code != 0)
        return code;
    while (code == 0 && taken < KEYS_MAX) {
        code = krb5_kt_next_entry(machine->context, file, &entry, &cursor);
        if (code != 0)
            break;
        taken += is_computer(entry.principal);
        code = take_key(machine, &entry);
        (void)krb5_free_keytab_entry_contents(machine->context, &entry);
    }
    (void)krb5_kt_end_seq_get(machine->context, file, &cursor);
    return code == KRB5_KT_END ? 0 : code;
}

enum vsc_err machine_read(const char *keytab, struct machine **ret_machine, struct problem *problem)
{
    auto_by(machine_free) struct machine *machine = calloc(1, sizeof(*machine));
    auto_fd int fd = -1;
    char name[PATH_MAX + 8];
    krb5_keytab file = NULL;
    krb5_error_code code;
    enum vsc_err err;

    if (machine == NULL)
        return VSC_MEMORY;
    /* Whose keys these are decides whom the directory answers. */
    err = io_open_trusted(keytab, &fd, problem);
    if (err != VSC_OK)
        return err == VSC_MEMORY ? err : VSC_INPUT;
    if (krb5_init_context(&machine->context) != 0)
        return problem_set(problem, VSC_INPUT, "libkrb5 cannot start: see krb5.conf");
    (void)snprintf(name, sizeof(name), "FILE:%s", keytab);
    code = krb5_kt_resolve(machine->context, MEMORY_KEYTAB, &machine->keys);
    if (code == 0)
        code = krb5_kt_resolve(machine->context, name, &file);
    if (code == 0)
        code = take_keys(machine, file);
    if (file != NULL)
        (void)krb5_kt_close(machine->context, file);
    if (code != 0)
        return tell(machine->context, code, keytab, problem);
    if (machine->principal == NULL)
        return problem_set(problem, VSC_INPUT,
                           "%s: no account of a computer (NAME$@REALM) is in it", keytab);
    *ret_machine = take(machine);
    return VSC_OK;
}

static krb5_error_code get_ticket(krb5_context context, const struct machine *machine)
{
    krb5_get_init_creds_opt *options = NULL;
    krb5_keytab keys = NULL;
    krb5_ccache cache = NULL;
    krb5_creds creds;
    krb5_error_code code = krb5_get_init_creds_opt_alloc(context, &options);

    memset(&creds, 0, sizeof(creds));
    if (code == 0)
        code = krb5_kt_resolve(context, MEMORY_KEYTAB, &keys);
    if (code == 0)
        code = krb5_cc_resolve(context, MEMORY_CACHE, &cache);
    if (code == 0)
        code = krb5_cc_initialize(context, cache, machine->principal);
    if (code == 0)
        code = krb5_get_init_creds_opt_set_out_ccache(context, options, cache);
    if (code == 0)
        code =
            krb5_get_init_creds_keytab(context, &creds, machine->principal, keys, 0, NULL, options);
    krb5_free_cred_contents(context, &creds);
    if (cache != NULL)
        (void)krb5_cc_close(context, cache);
    if (keys != NULL)
        (void)krb5_kt_close(context, keys);
    krb5_get_init_creds_opt_free(context, options);
    return code;
}

enum vsc_err machine_sign_in(struct machine *machine, const char *settings, struct problem *problem)
{
    char files[2 * PATH_MAX];
    krb5_context context = NULL;
    krb5_error_code code;
    enum vsc_err err = VSC_OK;

    (void)snprintf(files, sizeof(files), "%s:%s", settings, SYSTEM_CONFIG);
    if (setenv("KRB5_CONFIG", files, 1) != 0 || setenv("KRB5CCNAME", MEMORY_CACHE, 1) != 0)
        return VSC_MEMORY;
    if (krb5_init_context(&context) != 0)
        return problem_set(problem, VSC_INPUT, "libkrb5 cannot start: see krb5.conf");
    code = get_ticket(context, machine);
    if (code != 0)
        err = tell(context, code, machine->name, problem);
    krb5_free_context(context);
    return err;
}
