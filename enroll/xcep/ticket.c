/* SPDX-License-Identifier: BSD-2-Clause */
#include "enroll/xcep/ticket.h"

#include <gssapi/gssapi_ext.h>
#include <gssapi/gssapi_krb5.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>

#include "certcheck/openssl_own.h"
#include "common/own.h"

#define PREFIX "tls-server-end-point:"

static gss_OID_desc spnego = {6, (void *)(uintptr_t) "\x2b\x06\x01\x05\x05\x02"};

void ticket_done(struct ticket *ticket)
{
    OM_uint32 minor;

    (void)gss_delete_sec_context(&minor, &ticket->context, GSS_C_NO_BUFFER);
    (void)gss_release_name(&minor, &ticket->service);
    (void)gss_release_cred(&minor, &ticket->credential);
    buf_done(&ticket->bindings);
}

/* RFC 5929, 4.1: the hash of the certificate's signature; SHA-256 for MD5 and SHA-1. */
static const EVP_MD *hash_of(X509 *cert)
{
    int digest = NID_undef;

    if (X509_get_signature_info(cert, &digest, NULL, NULL, NULL) != 1 || digest == NID_undef)
        return NULL;
    if (digest == NID_md5 || digest == NID_sha1 || digest == NID_md5_sha1)
        return EVP_sha256();
    return EVP_get_digestbynid(digest);
}

enum vsc_err ticket_bindings(const char *pem, struct buf *ret_bindings, struct problem *problem)
{
    auto_by(BIO_free_all) BIO *bio = BIO_new_mem_buf(pem, -1);
    auto_by(X509_free) X509 *cert = NULL;
    unsigned char digest[EVP_MAX_MD_SIZE];
    const EVP_MD *hash;
    unsigned len = 0;

    buf_init(ret_bindings, sizeof PREFIX + sizeof digest);
    if (bio == NULL)
        return VSC_MEMORY;
    cert = PEM_read_bio_X509(bio, NULL, NULL, NULL);
    hash = cert != NULL ? hash_of(cert) : NULL;
    if (hash == NULL || X509_digest(cert, hash, digest, &len) != 1)
        return problem_set(problem, VSC_DENIED,
                           "unbound: the server's certificate is none that a ticket is bound to");
    buf_put(ret_bindings, PREFIX, strlen(PREFIX));
    buf_put(ret_bindings, digest, len);
    return buf_status(ret_bindings);
}

static enum vsc_err fault(const char *what, enum vsc_err err, OM_uint32 major, OM_uint32 minor,
                          struct problem *problem)
{
    gss_buffer_desc text = GSS_C_EMPTY_BUFFER;
    const bool general = minor == 0;
    OM_uint32 more = 0, ignored;

    if (gss_display_status(&ignored, general ? major : minor,
                           general ? GSS_C_GSS_CODE : GSS_C_MECH_CODE, GSS_C_NO_OID, &more,
                           &text) != GSS_S_COMPLETE)
        return problem_set(problem, err, "%s", what);
    err = problem_set(problem, err, "%s: %.*s", what, (int)(text.length < 200 ? text.length : 200),
                      (const char *)text.value);
    (void)gss_release_buffer(&ignored, &text);
    return err;
}

/* Kerberos only: SPNEGO could agree on NTLM where a module for it is installed. */
static enum vsc_err acquire(struct ticket *ticket, struct problem *problem)
{
    gss_OID_set_desc wanted = {1, &spnego};
    gss_OID_set_desc kerberos = {1, gss_mech_krb5};
    OM_uint32 minor, major = gss_acquire_cred(&minor, GSS_C_NO_NAME, GSS_C_INDEFINITE, &wanted,
                                              GSS_C_INITIATE, &ticket->credential, NULL, NULL);

    if (major == GSS_S_COMPLETE)
        major = gss_set_neg_mechs(&minor, ticket->credential, &kerberos);
    return major == GSS_S_COMPLETE
               ? VSC_OK
               : fault("no Kerberos ticket (kinit)", VSC_HELPER, major, minor, problem);
}

static enum vsc_err name_service(struct ticket *ticket, const char *host, struct problem *problem)
{
    char text[300];
    int len = snprintf(text, sizeof text, "HTTP@%s", host);
    gss_buffer_desc name = {.length = (size_t)len, .value = text};
    OM_uint32 minor, major;

    if (len < 0 || (size_t)len >= sizeof text)
        return problem_set(problem, VSC_DENIED, "the server's name is too long");
    major = gss_import_name(&minor, &name, GSS_C_NT_HOSTBASED_SERVICE, &ticket->service);
    return major == GSS_S_COMPLETE ? VSC_OK : fault(host, VSC_HELPER, major, minor, problem);
}

static OM_uint32 step(struct ticket *ticket, gss_buffer_t from, gss_buffer_t to, OM_uint32 *minor,
                      OM_uint32 *ret_flags)
{
    struct gss_channel_bindings_struct bindings = {
        .application_data = {.length = ticket->bindings.len, .value = ticket->bindings.data},
    };

    return gss_init_sec_context(minor, ticket->credential, &ticket->context, ticket->service,
                                &spnego, ticket->flags, 0, &bindings, from, NULL, to, ret_flags,
                                NULL);
}

enum vsc_err ticket_begin(const char *host, struct buf *bindings, bool delegate,
                          struct ticket *ret_ticket, struct buf *ret_token, struct problem *problem)
{
    gss_buffer_desc token = GSS_C_EMPTY_BUFFER;
    OM_uint32 major, minor, ignored;
    enum vsc_err err;

    *ret_ticket = (struct ticket){
        .flags = GSS_C_MUTUAL_FLAG | (delegate ? GSS_C_DELEG_FLAG : 0U),
        .bindings = *bindings,
    };
    buf_init(bindings, 0);
    buf_init(ret_token, TICKET_TOKEN_MAX);
    err = acquire(ret_ticket, problem);
    if (err == VSC_OK)
        err = name_service(ret_ticket, host, problem);
    if (err != VSC_OK)
        return err;
    major = step(ret_ticket, GSS_C_NO_BUFFER, &token, &minor, NULL);
    if (major == GSS_S_CONTINUE_NEEDED && token.length > 0)
        buf_put(ret_token, token.value, token.length);
    else
        err = fault("no Kerberos ticket for the server", VSC_HELPER, major, minor, problem);
    (void)gss_release_buffer(&ignored, &token);
    return err == VSC_OK ? buf_status(ret_token) : err;
}

enum vsc_err ticket_finish(struct ticket *ticket, const struct buf *token, struct problem *problem)
{
    gss_buffer_desc from = {.length = token->len, .value = token->data};
    gss_buffer_desc to = GSS_C_EMPTY_BUFFER;
    OM_uint32 flags = 0, minor = 0, ignored;
    OM_uint32 major = GSS_S_DEFECTIVE_TOKEN;

    if (token->len > 0)
        major = step(ticket, &from, &to, &minor, &flags);
    (void)gss_release_buffer(&ignored, &to);
    ticket->complete = major == GSS_S_COMPLETE && (flags & GSS_C_MUTUAL_FLAG) != 0;
    return ticket->complete ? VSC_OK
                            : fault("unproven: the server does not prove itself by Kerberos",
                                    VSC_DENIED, major, minor, problem);
}
