/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/support/pki.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "certcheck/certs.h"
#include "certcheck/evaluation.h"
#include "certcheck/openssl_own.h"

#define SCRIPT "tests/pki/make-pki.sh"
#define PATHS  8

static char folder[PATH_MAX];
unsigned pki_lookups;

static _Noreturn void give_up(const char *what)
{
    (void)fprintf(stderr, "pki: %s\n", what);
    abort();
}

const char *pki_path(const char *name)
{
    static char paths[PATHS][PATH_MAX + 256];
    static unsigned next;
    char *path = paths[next++ % PATHS];

    (void)snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
    return path;
}

static void run(const char *command)
{
    if (system(command) != 0)
        give_up(command);
}

void pki_script(const char *verb, const char *format, ...)
{
    char options[2048], command[2 * PATH_MAX + 4096];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(options, sizeof(options), format, args);
    va_end(args);
    (void)snprintf(command, sizeof(command), SCRIPT " %s %s %s", verb, folder, options);
    run(command);
}

static int set_up(const char *verb)
{
    const char *tmp = getenv("TMPDIR");

    (void)snprintf(folder, sizeof(folder), "%s/vsc-pki-XXXXXX", tmp != NULL ? tmp : "/tmp");
    if (mkdtemp(folder) == NULL || chmod(folder, 0755) != 0)
        give_up("no folder");
    pki_script(verb, "alice corp.test");
    return 0;
}

int pki_setup_all(void **state)
{
    (void)state;
    return set_up("");
}

int pki_setup_base(void **state)
{
    char command[2 * PATH_MAX + 256];

    (void)state;
    (void)set_up("base");
    (void)snprintf(command, sizeof(command),
                   "openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes "
                   "-subj /DC=test/DC=corp/CN=alice -keyout %s/keys/user.key "
                   "-out %s/keys/user.csr 2>/dev/null",
                   folder, folder);
    run(command);
    return 0;
}

int pki_teardown(void **state)
{
    char command[PATH_MAX + 16];

    (void)state;
    (void)snprintf(command, sizeof(command), "rm -rf %s", folder);
    run(command);
    return 0;
}

void pki_issue(const char *name, const char *options)
{
    pki_script("issue", "%s/keys/user.csr %s/certs/%s.pem %s", folder, folder, name, options);
}

STACK_OF(X509) * pki_certs(const char *name)
{
    STACK_OF(X509) *certs = sk_X509_new_null();
    char path[256];
    struct problem problem;

    (void)snprintf(path, sizeof(path), "certs/%s", name);
    if (certs == NULL || certs_load_chain(pki_path(path), certs, &problem) != VSC_OK)
        give_up(problem.text);
    return certs;
}

struct facts *pki_facts(const char *name)
{
    STACK_OF(X509) *certs = pki_certs(name);
    struct facts *facts = NULL;
    struct problem problem;

    if (facts_read(sk_X509_value(certs, 0), &facts, &problem) != VSC_OK)
        give_up(problem.text);
    x509_stack_free(certs);
    return facts;
}

struct conf *pki_conf(void)
{
    const char *path = pki_path("conf");
    FILE *file = fopen(path, "w");
    struct conf *conf = NULL;
    struct problem problem;

    if (file == NULL)
        give_up(path);
    (void)fprintf(file,
                  "trust = { anchors = \"%s/anchors\"; intermediates = \"%s/intermediates\"; };\n"
                  "revocation = { crls = \"%s/crls\"; };\n"
                  "mapping = { rules = ( { method = \"upn\"; suffix = \"corp.test\"; "
                  "account = \"%%u\"; } ); };\n",
                  folder, folder, folder);
    if (fclose(file) != 0 || conf_load(path, &conf, &problem) != VSC_OK)
        give_up(problem.text);
    return conf;
}

void pki_set(char **string, const char *value)
{
    free(*string);
    *string = strdup(value);
    if (*string == NULL)
        give_up("memory");
}

struct evaluation *pki_judge(const struct conf *conf, const char *name)
{
    struct evaluator_places places = evaluator_places_of(conf);
    struct evaluation_request request = evaluation_request_of(conf);
    struct evaluator *evaluator = NULL;
    struct evaluation *evaluation = NULL;
    struct problem problem = {""};

    if (evaluator_new(conf, &places, &pki_accounts, &evaluator, &problem) != VSC_OK)
        give_up(problem.text);
    request.certs = pki_certs(name);
    request.at = time(NULL);
    if (evaluation_new(evaluator, &request, &evaluation) != VSC_OK)
        give_up("evaluation");
    x509_stack_free(request.certs);
    evaluator_free(evaluator);
    return evaluation;
}

const char *pki_codes(const struct verdict *verdict)
{
    static char codes[2048];
    size_t len = 0;

    codes[0] = '\0';
    for (size_t i = 0; i < verdict->count && len < sizeof(codes); i++)
        len += (size_t)snprintf(codes + len, sizeof(codes) - len, "%s%s", i > 0 ? " " : "",
                                reason_code(verdict->items[i].reason));
    return codes;
}

static const struct account known[] = {
    {"root", 0, "root"},
    {"daemon", 1, "daemon"},
    {"alice", 1000, "Alice Smith"},
    {"bob", 1001, "Bob"},
    {"carol", 1002, "Carol"},
    {"twin", 1002, "Twin"},
    {"CORP\\alice", 2000, "Alice Smith"},
    {"dora@corp.test", 2001, "Dora"},
    {"nobody", 65534, ""},
};

static bool by_name(const char *name, struct account *ret_account)
{
    pki_lookups++;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (strcmp(known[i].name, name) == 0) {
            *ret_account = known[i];
            return true;
        }
    }
    return false;
}

static bool by_uid(uid_t uid, struct account *ret_account)
{
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (known[i].uid == uid) {
            *ret_account = known[i];
            return true;
        }
    }
    return false;
}

/* The two with a domain in their names are not in /etc/passwd. */
static bool is_local(const struct account *account)
{
    return account->uid < 2000 || account->uid == 65534;
}

const struct account_source pki_accounts = {
    .by_name = by_name, .by_uid = by_uid, .is_local = is_local};

size_t pki_sign(const char *key, const unsigned char digest[DIGEST_SIZE],
                unsigned char signature[2 * SIGNATURE_MAX])
{
    char name[64];
    FILE *file;
    EVP_PKEY *pkey;
    EVP_PKEY_CTX *context;
    size_t len = (size_t)2 * SIGNATURE_MAX;

    (void)snprintf(name, sizeof(name), "keys/%s.key", key);
    file = fopen(pki_path(name), "r");
    pkey = file != NULL ? PEM_read_PrivateKey(file, NULL, NULL, NULL) : NULL;
    context = pkey != NULL ? EVP_PKEY_CTX_new(pkey, NULL) : NULL;
    if (context == NULL || EVP_PKEY_sign_init(context) != 1 ||
        EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()) != 1 ||
        EVP_PKEY_sign(context, signature, &len, digest, DIGEST_SIZE) != 1)
        give_up("cannot sign");
    EVP_PKEY_CTX_free(context);
    EVP_PKEY_free(pkey);
    (void)fclose(file);
    return len;
}
