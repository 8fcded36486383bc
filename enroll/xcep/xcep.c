/* SPDX-License-Identifier: BSD-2-Clause */
#include "enroll/xcep/xcep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/own.h"
#include "common/text.h"
#include "enroll/xcep/post.h"
#include "enroll/xcep/wstep.h"

#define ASK_AGAIN (8 * 3600) /* seconds: autoenrollment's own period */

enum vsc_err xcep_policies(const struct profile *profile, struct xcep_policies *ret_policies,
                           char code[CODE_MAX], struct problem *problem)
{
    auto_buf struct buf question = {0}, body = {0};
    enum vsc_err err = xcep_write_question(profile->url, &question);

    *ret_policies = (struct xcep_policies){.count = 0};
    if (err == VSC_OK)
        err = post(profile, profile->url, &question, &body, code, problem);
    if (err == VSC_OK)
        err = xcep_read_policies(body.data, body.len, ret_policies, code, problem);
    return err;
}

static unsigned bits_of(const struct profile *profile)
{
    switch (profile_key_type(profile)) {
    case KEY_RSA2048:
        return 2048;
    case KEY_RSA3072:
        return 3072;
    case KEY_P256:
        return 256;
    case KEY_P384:
        return 384;
    case KEY_NONE:
        break;
    }
    return 0;
}

enum vsc_err xcep_choose(const struct profile *profile, const struct xcep_policies *policies,
                         struct xcep_plan *ret_plan, char code[CODE_MAX], struct problem *problem)
{
    const struct xcep_template *found = xcep_find(policies, profile->template_name);
    const char *url;
    char host[POST_HOST_SIZE];

    if (found == NULL)
        return post_refuse("no-template", profile->template_name, code, problem);
    if (!found->may_enroll)
        return post_refuse("not-permitted", "you may not enroll for this template", code, problem);
    if ((found->private_key_flags & XCEP_ATTEST_REQUIRED) != 0)
        return post_refuse(
            "attestation-required",
            "the template requires key attestation, which AD CS's web services do not "
            "carry; ask the administrator for one that does not",
            code, problem);
    if (found->key_bits > bits_of(profile))
        return post_refuse("key-too-small", "the template wants a larger key than the profile's",
                           code, problem);
    url = xcep_where(policies, found);
    if (url == NULL)
        return post_refuse("no-enrollment-address",
                           "no CA takes a Kerberos ticket for this template", code, problem);
    if (!post_url_is_good(url, host))
        return post_refuse("bad-address", url, code, problem);
    ret_plan->template = *found;
    (void)snprintf(ret_plan->url, sizeof ret_plan->url, "%s", url);
    return VSC_OK;
}

enum vsc_err xcep_find_plan(const struct profile *profile, struct xcep_plan *ret_plan,
                            char code[CODE_MAX], struct problem *problem)
{
    auto_policies struct xcep_policies policies = {.count = 0};
    enum vsc_err err = xcep_policies(profile, &policies, code, problem);

    return err == VSC_OK ? xcep_choose(profile, &policies, ret_plan, code, problem) : err;
}

/* Its names are shown, compared and kept, so that one with what is not printable is none. */
static void copy_name(const char *from, char to[STATE_TEMPLATE_SIZE])
{
    to[0] = '\0';
    if (text_is_printable(from))
        (void)snprintf(to, STATE_TEMPLATE_SIZE, "%s", from);
}

void xcep_note(const struct xcep_template *template, int64_t now,
               struct state_template *ret_template)
{
    const uint32_t flags = template->enrollment_flags;

    _Static_assert(XCEP_NAME_SIZE <= STATE_TEMPLATE_SIZE, "a name fits");
    _Static_assert(XCEP_SUPERSEDES_MAX <= STATE_SUPERSEDES_MAX, "all of them fit");
    *ret_template = (struct state_template){
        .asked_at = now > 0 ? now : 1,
        .major = template->major,
        .renewal = (int64_t) template->renewal,
        .auto_enroll = template->may_auto_enroll && (flags & XCEP_AUTO_ENROLLMENT) != 0,
        .no_renewal = (flags & XCEP_NO_AUTO_RENEWAL) != 0,
        .same_key = (template->private_key_flags & XCEP_SAME_KEY) != 0,
        .supersedes_count = template->supersedes_count,
    };
    copy_name(template->name, ret_template->name);
    for (size_t i = 0; i < template->supersedes_count; i++)
        copy_name(template->supersedes[i], ret_template->supersedes[i]);
}

enum vsc_err xcep_look(const struct profile *profile, int64_t now,
                       struct state_template *ret_template, char code[CODE_MAX],
                       struct problem *problem)
{
    auto_policies struct xcep_policies policies = {.count = 0};
    const struct xcep_template *found = NULL;
    enum vsc_err err = xcep_policies(profile, &policies, code, problem);

    if (err != VSC_OK)
        return err;
    found = xcep_find(&policies, profile->template_name);
    if (found == NULL)
        return post_refuse("no-template", profile->template_name, code, problem);
    xcep_note(found, now, ret_template);
    return VSC_OK;
}

/* "NUMBER\nURL", as keep() wrote it. */
static bool split(const char *cookie, char id[WSTEP_ID_SIZE], char url[WSTEP_URI_SIZE])
{
    const size_t len = strcspn(cookie, "\n");
    const int put =
        snprintf(url, WSTEP_URI_SIZE, "%s", cookie[len] != '\0' ? cookie + len + 1 : "");

    if (len == 0 || len >= WSTEP_ID_SIZE || strspn(cookie, "0123456789") != len || put <= 0 ||
        put >= WSTEP_URI_SIZE)
        return false;
    memcpy(id, cookie, len);
    id[len] = '\0';
    return true;
}

/* A pending request is asked for where it was sent: another host is none that the policy named. */
static enum vsc_err keep(const struct wstep_answer *said, const char *url,
                         struct helper_answer *answer, char code[CODE_MAX], struct problem *problem)
{
    char here[POST_HOST_SIZE], there[POST_HOST_SIZE];

    if (said->uri[0] != '\0') {
        if (!post_url_is_good(url, here) || !post_url_is_good(said->uri, there) ||
            strcmp(here, there) != 0)
            return post_refuse("bad-address", said->uri, code, problem);
        url = said->uri;
    }
    if (asprintf(&answer->cookie, "%s\n%s", said->id, url) < 0) {
        answer->cookie = NULL;
        return VSC_MEMORY;
    }
    answer->delay = ASK_AGAIN;
    answer->result = HELPER_WAIT;
    return VSC_OK;
}

static enum vsc_err act_on(const struct wstep_answer *said, const char *url,
                           struct helper_answer *answer, char code[CODE_MAX],
                           struct problem *problem)
{
    switch (said->result) {
    case WSTEP_ISSUED:
        buf_put(&answer->answer, said->pem.data, said->pem.len);
        answer->result = HELPER_ISSUED;
        return buf_status(&answer->answer);
    case WSTEP_PENDING:
        return keep(said, url, answer, code, problem);
    case WSTEP_REFUSED:
        answer->result = HELPER_REJECTED;
        break;
    case WSTEP_FAULT:
        answer->result = HELPER_UNREACHABLE;
        break;
    }
    text_clean(answer->words, sizeof answer->words, said->words);
    return VSC_OK;
}

static enum vsc_err write_message(const struct profile *profile,
                                  const struct helper_question *question, char url[WSTEP_URI_SIZE],
                                  struct buf *ret_text, char code[CODE_MAX],
                                  struct problem *problem)
{
    struct xcep_plan plan;
    char id[WSTEP_ID_SIZE];
    enum vsc_err err;

    if (question->cookie != NULL) {
        if (!split(question->cookie, id, url))
            return post_refuse("bad-address", "the state does not say where the request is", code,
                               problem);
        return wstep_write_query(url, id, ret_text);
    }
    err = xcep_find_plan(profile, &plan, code, problem);
    if (err != VSC_OK)
        return err;
    (void)snprintf(url, WSTEP_URI_SIZE, "%s", plan.url);
    return wstep_write_request(url, question->request, ret_text);
}

enum vsc_err xcep_ask(const struct profile *profile, const struct helper_question *question,
                      struct helper_answer *ret_answer, char code[CODE_MAX],
                      struct problem *problem)
{
    auto_wstep struct wstep_answer said = {.result = WSTEP_FAULT};
    auto_buf struct buf message = {0}, body = {0};
    char url[WSTEP_URI_SIZE];
    enum vsc_err err;

    *ret_answer = (struct helper_answer){.result = HELPER_BROKEN};
    buf_init(&ret_answer->answer, ANSWER_MAX);
    err = write_message(profile, question, url, &message, code, problem);
    if (err == VSC_OK)
        err = post(profile, url, &message, &body, code, problem);
    if (err != VSC_OK)
        return err;
    err = wstep_read(body.data, body.len, &said, problem);
    if (err == VSC_DENIED)
        (void)snprintf(code, CODE_MAX, "%s", SOAP_MALFORMED);
    return err == VSC_OK ? act_on(&said, url, ret_answer, code, problem) : err;
}
