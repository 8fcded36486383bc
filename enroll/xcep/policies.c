/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads the answer to GetPolicies. */
#include "enroll/xcep/policies.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "enroll/xcep/soap.h"

#define ACTION NS_POLICY "/IPolicy/GetPolicies"
#define QUESTION                                                                                   \
    "<GetPolicies xmlns=\"" NS_POLICY                                                              \
    "\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">"                                  \
    "<client><lastUpdate xsi:nil=\"true\"/><preferredLanguage xsi:nil=\"true\"/></client>"         \
    "<requestFilter xsi:nil=\"true\"/></GetPolicies>"
#define KERBEROS    2
#define SECONDS_MAX ((uint64_t)200 * 366 * 86400)
#define OIDS_MAX    4096

enum vsc_err xcep_write_question(const char *url, struct buf *ret_text)
{
    return soap_write(ACTION, url, QUESTION, ret_text);
}

void xcep_policies_done(struct xcep_policies *policies)
{
    free(policies->templates);
    free(policies->uris);
    *policies = (struct xcep_policies){.count = 0};
}

static const xmlNode *child(const xmlNode *node, const char *name)
{
    return soap_child(node, NS_POLICY, name);
}

static bool number32(const xmlNode *node, uint32_t *ret_number)
{
    uint64_t number;
    bool good = soap_number(node, UINT32_MAX, &number);

    *ret_number = (uint32_t)number;
    return good;
}

/* Which of the answer's OIDs has that reference. */
static bool find_oid(const xmlNode *answer, const xmlNode *reference, char to[XCEP_OID_SIZE])
{
    const xmlNode *oid = child(child(answer, "oIDs"), "oID");
    uint32_t wanted, id;

    to[0] = '\0';
    if (reference == NULL || reference->children == NULL || !number32(reference, &wanted))
        return reference == NULL || reference->children == NULL;
    for (size_t i = 0; oid != NULL && i < OIDS_MAX; oid = soap_next(oid), i++)
        if (number32(child(oid, "oIDReferenceID"), &id) && id == wanted)
            return soap_text(child(oid, "value"), to, XCEP_OID_SIZE) &&
                   strspn(to, "0123456789.") == strlen(to);
    return true;
}

static bool read_cas(const xmlNode *policy, struct xcep_template *template)
{
    const xmlNode *at = child(child(policy, "cAs"), "cAReference");

    for (; at != NULL; at = soap_next(at)) {
        if (template->ca_count == XCEP_CAS_MAX || !number32(at, &template->cas[template->ca_count]))
            return false;
        template->ca_count++;
    }
    return true;
}

static bool read_superseded(const xmlNode *attributes, struct xcep_template *template)
{
    const xmlNode *at = child(child(attributes, "supersededPolicies"), "commonName");

    for (; at != NULL; at = soap_next(at)) {
        if (template->supersedes_count == XCEP_SUPERSEDES_MAX ||
            !soap_text(at, template->supersedes[template->supersedes_count], XCEP_NAME_SIZE))
            return false;
        template->supersedes_count++;
    }
    return true;
}

static bool read_template(const xmlNode *answer, const xmlNode *policy,
                          struct xcep_template *template)
{
    const xmlNode *attributes = child(policy, "attributes");
    const xmlNode *validity = child(attributes, "certificateValidity");
    const xmlNode *permission = child(attributes, "permission");
    const xmlNode *revision = child(attributes, "revision");
    const xmlNode *key = child(attributes, "privateKeyAttributes");

    return soap_text(child(attributes, "commonName"), template->name, sizeof template->name) &&
           find_oid(answer, child(policy, "policyOIDReference"), template->oid) &&
           number32(child(attributes, "policySchema"), &template->schema) &&
           number32(child(revision, "majorRevision"), &template->major) &&
           number32(child(revision, "minorRevision"), &template->minor) &&
           soap_number(child(validity, "validityPeriodSeconds"), SECONDS_MAX,
                       &template->validity) &&
           soap_number(child(validity, "renewalPeriodSeconds"), SECONDS_MAX, &template->renewal) &&
           soap_bool(child(permission, "enroll"), &template->may_enroll) &&
           soap_bool(child(permission, "autoEnroll"), &template->may_auto_enroll) &&
           number32(child(key, "minimalKeyLength"), &template->key_bits) &&
           soap_flags(child(attributes, "privateKeyFlags"), &template->private_key_flags) &&
           soap_flags(child(attributes, "subjectNameFlags"), &template->subject_name_flags) &&
           soap_flags(child(attributes, "enrollmentFlags"), &template->enrollment_flags) &&
           read_superseded(attributes, template) && read_cas(policy, template);
}

static size_t count_of(const xmlNode *node)
{
    size_t count = 0;

    for (; node != NULL; node = soap_next(node))
        count++;
    return count;
}

static enum vsc_err read_templates(const xmlNode *answer, struct xcep_policies *policies,
                                   struct problem *problem)
{
    const xmlNode *at = child(child(child(answer, "response"), "policies"), "policy");
    size_t count = count_of(at);

    if (count > XCEP_TEMPLATES_MAX)
        return soap_malformed("too many templates", problem);
    policies->templates = calloc(count + 1, sizeof *policies->templates);
    if (policies->templates == NULL)
        return VSC_MEMORY;
    for (; at != NULL; at = soap_next(at))
        if (!read_template(answer, at, &policies->templates[policies->count++]))
            return soap_malformed("a template that cannot be read", problem);
    return VSC_OK;
}

static enum vsc_err read_uri(const xmlNode *at, uint32_t ca, struct xcep_policies *policies,
                             struct problem *problem)
{
    struct xcep_uri *uri = &policies->uris[policies->uri_count];

    if (policies->uri_count == XCEP_URIS_MAX)
        return soap_malformed("too many addresses", problem);
    *uri = (struct xcep_uri){.ca = ca};
    if (!number32(child(at, "clientAuthentication"), &uri->authentication) ||
        !soap_text(child(at, "uri"), uri->text, sizeof uri->text) ||
        !soap_number(child(at, "priority"), UINT32_MAX, &uri->priority) ||
        !soap_bool(child(at, "renewalOnly"), &uri->renewal_only))
        return soap_malformed("an address that cannot be read", problem);
    policies->uri_count++;
    return VSC_OK;
}

/* Of the CAs that this user may ask. */
static enum vsc_err read_uris(const xmlNode *answer, struct xcep_policies *policies,
                              struct problem *problem)
{
    const xmlNode *ca = child(child(answer, "cAs"), "cA");

    policies->uris = calloc(XCEP_URIS_MAX, sizeof *policies->uris);
    if (policies->uris == NULL)
        return VSC_MEMORY;
    for (; ca != NULL; ca = soap_next(ca)) {
        const xmlNode *at = child(child(ca, "uris"), "cAURI");
        uint32_t id;
        bool permitted;

        if (!number32(child(ca, "cAReferenceID"), &id) ||
            !soap_bool(child(ca, "enrollPermission"), &permitted))
            return soap_malformed("a CA that cannot be read", problem);
        for (; permitted && at != NULL; at = soap_next(at)) {
            enum vsc_err err = read_uri(at, id, policies, problem);

            if (err != VSC_OK)
                return err;
        }
    }
    return VSC_OK;
}

enum vsc_err xcep_read_policies(const void *bytes, size_t len, struct xcep_policies *ret_policies,
                                char code[CODE_MAX], struct problem *problem)
{
    auto_by(xmlFreeDoc) xmlDoc *doc = NULL;
    const xmlNode *answer;
    struct soap_fault fault;
    enum vsc_err err = soap_parse(bytes, len, &doc, problem);

    *ret_policies = (struct xcep_policies){.count = 0};
    (void)snprintf(code, CODE_MAX, "%s", err == VSC_DENIED ? SOAP_MALFORMED : "");
    if (err != VSC_OK)
        return err;
    if (soap_read_fault(doc, &fault)) {
        (void)snprintf(code, CODE_MAX, "%s", fault.is_final ? "rejected" : "");
        return problem_set(problem, fault.is_final ? VSC_DENIED : VSC_HELPER,
                           "rejected: the policy server says: %s", fault.words);
    }
    answer = soap_body(doc, NS_POLICY, "GetPoliciesResponse");
    err = answer != NULL ? read_templates(answer, ret_policies, problem)
                         : soap_malformed("no answer to GetPolicies", problem);
    if (err == VSC_OK)
        err = read_uris(answer, ret_policies, problem);
    (void)snprintf(code, CODE_MAX, "%s", err == VSC_DENIED ? SOAP_MALFORMED : "");
    return err;
}

const struct xcep_template *xcep_find(const struct xcep_policies *policies, const char *what)
{
    for (size_t i = 0; *what != '\0' && i < policies->count; i++)
        if (strcmp(policies->templates[i].name, what) == 0 ||
            strcmp(policies->templates[i].oid, what) == 0)
            return &policies->templates[i];
    return NULL;
}

static bool issues(const struct xcep_template *template, uint32_t ca)
{
    for (size_t i = 0; i < template->ca_count; i++)
        if (template->cas[i] == ca)
            return true;
    return false;
}

const char *xcep_where(const struct xcep_policies *policies, const struct xcep_template *template)
{
    const struct xcep_uri *best = NULL;

    for (size_t i = 0; i < policies->uri_count; i++) {
        const struct xcep_uri *uri = &policies->uris[i];

        if (uri->authentication == KERBEROS && !uri->renewal_only && issues(template, uri->ca) &&
            (best == NULL || uri->priority < best->priority))
            best = uri;
    }
    return best != NULL ? best->text : NULL;
}
