/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/refresh/ldap_directory.h"

#include <fcntl.h>
#include <ldap.h>
#include <limits.h>
#include <sasl/sasl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "certcheck/refresh/ldap_entry.h"
#include "certcheck/refresh/ldap_server.h"
#include "certcheck/refresh/machine.h"
#include "common/io.h"
#include "common/own.h"

#define PASSWORD_MAX  1024
#define SETTINGS_FILE "krb5.conf"
#define SEALED        56 /* SASL's measure: at least that; what Kerberos gives is 256 */
#define ROOT_MAX      (64 * 1024)

struct ldap_credentials {
    struct machine *machine; /* owned; NULL where a password is used */
    struct buf password;
};
DEFINE_AUTO(struct ldap_credentials, ldap_credentials_free)

struct ldap_directory {
    struct ldap_server server;
    struct url url;
    char *base, *configuration; /* owned */
};
DEFINE_AUTO(struct ldap_directory, ldap_directory_free)

/* ---- credentials ----------------------------------------------------------------------------- */

void ldap_credentials_free(struct ldap_credentials *credentials)
{
    if (credentials == NULL)
        return;
    machine_free(credentials->machine);
    buf_done(&credentials->password);
    free(credentials);
}

static enum vsc_err read_password(const struct conf *conf, struct buf *password,
                                  struct problem *problem)
{
    const char *file = conf->directory.password_file;
    enum vsc_err err;

    if (*file == '\0')
        return problem_set(problem, VSC_INPUT, "directory.password_file: names none");
    err = io_read_trusted(file, PASSWORD_MAX, password, problem);
    if (err != VSC_OK)
        return err == VSC_MEMORY ? err : VSC_INPUT;
    while (password->len > 0 && strchr("\r\n", password->data[password->len - 1]) != NULL)
        password->len--;
    /* RFC 4513 5.1.2: without a password the server would take the bind as anonymous. */
    if (password->len == 0)
        return problem_set(problem, VSC_INPUT, "%s: is empty", file);
    return VSC_OK;
}

enum vsc_err ldap_credentials_read(const struct conf *conf,
                                   struct ldap_credentials **ret_credentials,
                                   struct problem *problem)
{
    auto_by(ldap_credentials_free) struct ldap_credentials *credentials =
        calloc(1, sizeof(*credentials));
    enum vsc_err err;

    if (credentials == NULL)
        return VSC_MEMORY;
    buf_init(&credentials->password, PASSWORD_MAX);
    if (*conf->directory.user != '\0')
        err = read_password(conf, &credentials->password, problem);
    else
        err = machine_read(conf->directory.keytab, &credentials->machine, problem);
    if (err != VSC_OK)
        return err;
    *ret_credentials = take(credentials);
    return VSC_OK;
}

/* ---- binding --------------------------------------------------------------------------------- */

/* GSSAPI asks nothing that matters: every answer is its default. */
static int answer(LDAP *ldap, unsigned flags, void *defaults, void *questions)
{
    (void)ldap;
    (void)flags;
    (void)defaults;
    for (sasl_interact_t *next = questions; next->id != SASL_CB_LIST_END; next++) {
        next->result = next->defresult != NULL ? next->defresult : "";
        next->len = (unsigned)strlen(next->result);
    }
    return LDAP_SUCCESS;
}

static bool set(LDAP *ldap, int option, const void *value)
{
    return ldap_set_option(ldap, option, value) == LDAP_OPT_SUCCESS;
}

/* Within TLS Active Directory wants no second layer, but may want to know in which TLS. */
static bool set_protection(LDAP *ldap, bool tls)
{
    const int binding = LDAP_OPT_X_SASL_CBINDING_TLS_ENDPOINT;
    static const char within[] = "noplain,noanonymous,maxssf=0";
    static const char sealed[] = "noplain,noanonymous,minssf=56";

    return set(ldap, LDAP_OPT_X_SASL_NOCANON, LDAP_OPT_ON) &&
           set(ldap, LDAP_OPT_X_SASL_SECPROPS, tls ? within : sealed) &&
           (!tls || set(ldap, LDAP_OPT_X_SASL_CBINDING, &binding));
}

static enum vsc_err bind_by_kerberos(struct ldap_server *server, bool tls, struct problem *problem)
{
    ber_len_t strength = 0;
    int code;

    if (!set_protection(server->ldap, tls))
        return problem_set(problem, VSC_SYSTEM, "libldap lacks something");
    code = ldap_sasl_interactive_bind_s(server->ldap, NULL, "GSSAPI", NULL, NULL, LDAP_SASL_QUIET,
                                        answer, NULL);
    if (code != LDAP_SUCCESS)
        return ldap_server_fault(server, code, problem);
    if (tls)
        return VSC_OK;
    (void)ldap_get_option(server->ldap, LDAP_OPT_X_SASL_SSF, &strength);
    if (strength < SEALED)
        return problem_set(problem, VSC_INPUT, "%s: the connection is not sealed", server->address);
    return VSC_OK;
}

static enum vsc_err bind_by_password(struct ldap_server *server, const char *user,
                                     const struct buf *password, struct problem *problem)
{
    struct berval secret = {.bv_len = password->len, .bv_val = (char *)password->data};
    int code = ldap_sasl_bind_s(server->ldap, user, LDAP_SASL_SIMPLE, &secret, NULL, NULL, NULL);

    return code == LDAP_SUCCESS ? VSC_OK : ldap_server_fault(server, code, problem);
}

static enum vsc_err sign_in(const struct conf *conf, struct ldap_credentials *credentials,
                            const char *folder, struct ldap_directory *directory,
                            struct problem *problem)
{
    struct ldap_server *server = &directory->server;
    const bool tls = directory->url.scheme == URL_LDAPS;
    const bool by_password = *conf->directory.user != '\0';
    char settings[PATH_MAX];
    auto_fd int at = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    enum vsc_err err = VSC_OK;

    if (!by_password) {
        (void)snprintf(settings, sizeof(settings), "%s/%s", folder, SETTINGS_FILE);
        err = io_write_at(at, SETTINGS_FILE, machine_settings, strlen(machine_settings), 0644);
        if (err != VSC_OK)
            return problem_set(problem, VSC_SYSTEM, "%s: %m", settings);
        err = machine_sign_in(credentials->machine, settings, problem);
    }
    if (err == VSC_OK)
        err = ldap_server_watch(server, problem);
    if (err != VSC_OK)
        return err;
    err = by_password
              ? bind_by_password(server, conf->directory.user, &credentials->password, problem)
              : bind_by_kerberos(server, tls, problem);
    ldap_server_unwatch();
    return err;
}

/* ---- what the directory says of itself ------------------------------------------------------- */

struct contexts {
    struct ldap_directory *directory;
    const char *base; /* of the configuration; "" for none */
};

static enum vsc_err take_context(const struct ldap_entry *entry, const char *name, char **ret_dn)
{
    const struct ldap_attribute *found = ldap_entry_find(entry, name);
    const char *dn = found != NULL && found->count > 0 ? (const char *)found->values[0].data : "";

    if (*dn == '\0' || strlen(dn) != found->values[0].len ||
        !ldap_name_is_within(dn, dn, LDAP_ENTRY))
        return VSC_OK;
    *ret_dn = strdup(dn);
    return *ret_dn != NULL ? VSC_OK : VSC_MEMORY;
}

static enum vsc_err take_root(void *arg, const struct ldap_entry *entry)
{
    struct contexts *contexts = arg;
    enum vsc_err err = VSC_OK;

    if (*contexts->base == '\0')
        err = take_context(entry, "defaultNamingContext", &contexts->directory->base);
    if (err == VSC_OK)
        err =
            take_context(entry, "configurationNamingContext", &contexts->directory->configuration);
    return err;
}

static enum vsc_err find_contexts(const struct conf *conf, struct ldap_directory *directory,
                                  struct problem *problem)
{
    static const char *const names[] = {"defaultNamingContext", "configurationNamingContext", NULL};
    const struct ldap_query root = {.base = "",
                                    .reach = LDAP_ENTRY,
                                    .attributes = names,
                                    .max_entries = 1,
                                    .max_bytes = ROOT_MAX};
    struct contexts contexts = {directory, conf->directory.base};
    char below[2048];
    enum vsc_err err = ldap_directory_search(directory, &root, take_root, &contexts, problem);

    if (err == VSC_OK && *conf->directory.base != '\0' && directory->base == NULL) {
        directory->base = strdup(conf->directory.base);
        err = directory->base != NULL ? VSC_OK : VSC_MEMORY;
    }
    if (err != VSC_OK)
        return err;
    if (directory->base == NULL)
        return problem_set(problem, VSC_INPUT,
                           "%s: it does not say what domain it has: see directory.base",
                           directory->server.address);
    if (directory->configuration == NULL) {
        (void)snprintf(below, sizeof(below), "CN=Configuration,%s", directory->base);
        directory->configuration = strdup(below);
    }
    return directory->configuration != NULL ? VSC_OK : VSC_MEMORY;
}

/* ---- the connection -------------------------------------------------------------------------- */

void ldap_directory_free(struct ldap_directory *directory)
{
    if (directory == NULL)
        return;
    ldap_server_done(&directory->server);
    free(directory->base);
    free(directory->configuration);
    free(directory);
}

enum vsc_err ldap_directory_open(const struct conf *conf, const struct network *network,
                                 struct ldap_credentials *credentials, const char *folder,
                                 struct ldap_directory **ret_directory, struct problem *problem)
{
    auto_by(ldap_directory_free) struct ldap_directory *directory = calloc(1, sizeof(*directory));
    const bool own_anchors = *conf->directory.anchors != '\0';
    struct ldap_place place;
    enum vsc_err err;

    if (directory == NULL)
        return VSC_MEMORY;
    err = url_parse(conf->directory.uri, strlen(conf->directory.uri), &directory->url, problem);
    if (err != VSC_OK)
        return err;
    place = (struct ldap_place){.host = directory->url.host,
                                .port = directory->url.port,
                                .tls = directory->url.scheme == URL_LDAPS,
                                .anchors_file =
                                    own_anchors ? conf->directory.anchors : network->anchors_file,
                                .only_anchors = own_anchors};
    err = ldap_server_init(&directory->server, network, &place, problem);
    if (err == VSC_OK)
        err = sign_in(conf, credentials, folder, directory, problem);
    if (err == VSC_OK)
        err = find_contexts(conf, directory, problem);
    if (err != VSC_OK)
        return err;
    *ret_directory = take(directory);
    return VSC_OK;
}

bool ldap_directory_serves(const struct ldap_directory *directory, const char *host, unsigned port)
{
    return *host == '\0' ||
           (strcasecmp(host, directory->url.host) == 0 && port == directory->url.port);
}

const char *ldap_directory_base(const struct ldap_directory *directory)
{
    return directory->base;
}

const char *ldap_directory_configuration(const struct ldap_directory *directory)
{
    return directory->configuration;
}

/* ---- searching ------------------------------------------------------------------------------- */

struct asking {
    const struct ldap_query *query;
    ldap_entry_visit *visit;
    void *arg;
    struct problem *problem;
};

static enum vsc_err take_entry(void *arg, LDAP *ldap, LDAPMessage *message)
{
    const struct asking *asking = arg;
    struct ldap_entry entry;
    enum vsc_err err = ldap_entry_read(ldap, message, asking->query, &entry, asking->problem);

    if (err != VSC_OK)
        return err;
    err = asking->visit(asking->arg, &entry);
    ldap_entry_done(&entry);
    return err;
}

enum vsc_err ldap_directory_search(struct ldap_directory *directory, const struct ldap_query *query,
                                   ldap_entry_visit *visit, void *arg, struct problem *problem)
{
    static const int scopes[] = {[LDAP_ENTRY] = LDAP_SCOPE_BASE,
                                 [LDAP_CHILDREN] = LDAP_SCOPE_ONELEVEL,
                                 [LDAP_SUBTREE] = LDAP_SCOPE_SUBTREE};
    struct asking asking = {query, visit, arg, problem};
    const struct ldap_search search = {
        .base = query->base,
        .scope = scopes[query->reach],
        .filter = query->filter != NULL ? query->filter : "(objectClass=*)",
        .attributes = (char **)(uintptr_t)query->attributes,
        .max_entries = query->max_entries,
        .max_message = query->max_bytes,
    };

    return ldap_server_search(&directory->server, &search, take_entry, &asking, problem);
}
