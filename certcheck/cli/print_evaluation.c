/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a help desk reads over the telephone: the verdict, what was asked, every check, the chain
 * with who failed, and at the end one sentence. Short lines, nothing that a terminal interprets.
 */
#include <string.h>

#include "certcheck/cli/lines.h"
#include "certcheck/cli/print.h"
#include "certcheck/cli/print_parts.h"
#include "common/text.h"

#define RESULT_INDENT 18 /* behind "  not applicable  " */
#define FACT_INDENT   12
#define CHAIN_INDENT  5
#define LINE_SIZE     (FACTS_TEXT_MAX * 2)

const char *print_result_word(enum check_result result)
{
    switch (result) {
    case RESULT_PASS:
        return "pass";
    case RESULT_FAIL:
        return "fail";
    case RESULT_NOT_APPLICABLE:
        break;
    }
    return "not applicable";
}

static void put_fact(FILE *out, const char *head, const char *value)
{
    char clean[LINE_SIZE];

    if (value == NULL)
        return;
    text_clean(clean, sizeof(clean), value);
    lines_put(out, head, FACT_INDENT, clean);
}

/* Which certificate it is, and what was asked of it. */
static void put_facts(FILE *out, const struct evaluation_request *request,
                      const struct facts *facts)
{
    char from[TEXT_TIME], until[TEXT_TIME], line[LINE_SIZE];

    if (facts != NULL) {
        put_fact(out, "  subject", facts->subject);
        put_fact(out, "  issuer", facts->issuer);
        put_fact(out, "  serial", facts->serial);
        put_fact(out, "  UPN", facts->upn);
        text_time(facts->not_before, from);
        text_time(facts->not_after, until);
        (void)snprintf(line, sizeof(line), "%s to %s", from, until);
        put_fact(out, "  valid", line);
    }
    put_fact(out, "  user", request->user);
    put_fact(out, "  service", request->service);
    if (!request->at_is_clock) {
        text_time(request->at, from);
        put_fact(out, "  at", from);
    }
    (void)fputc('\n', out);
}

static void put_finding(FILE *out, const char *head, const struct finding *finding)
{
    char shown[REASON_SHOWN], line[LINE_SIZE];

    reason_shown(finding->reason, shown);
    (void)snprintf(line, sizeof(line), "%s: %s", shown, finding->text);
    lines_put(out, head, RESULT_INDENT, line);
    (void)snprintf(line, sizeof(line), "remedy: %s", reason_remedy(finding->reason));
    lines_put(out, "", RESULT_INDENT, line);
}

static void put_checks(FILE *out, const struct verdict *verdict)
{
    char head[RESULT_INDENT + 1], line[LINE_SIZE];

    for (enum cert_check check = 0; check < CHECKS_SHOWN; check++) {
        (void)snprintf(head, sizeof(head), "  %s", print_result_word(verdict->results[check]));
        (void)snprintf(line, sizeof(line), "%s: %s", cert_check_name(check),
                       cert_check_rule(check));
        lines_put(out, head, RESULT_INDENT, line);
        for (size_t i = 0; i < verdict->count; i++)
            if (cert_check_of(verdict->items[i].reason) == check)
                put_finding(out, "", &verdict->items[i]);
    }
    for (size_t i = 0; i < verdict->warning_count; i++)
        put_finding(out, "  warning", &verdict->warnings[i]);
}

/* Does the reason speak of a certificate of the chain, and not of the clock, account or service? */
static bool is_of_chain(enum reason reason)
{
    enum cert_check check = cert_check_of(reason);

    return check != CHECK_CLOCK && check < CHECK_MAPPING;
}

/* The codes of one certificate of the chain: "VSC-EXPIRED VSC-WEAK-KEY"; "ok" without any. */
static void codes_of(const struct verdict *verdict, unsigned depth, char *to, size_t size)
{
    char shown[REASON_SHOWN];
    size_t used = 0;

    (void)snprintf(to, size, "ok");
    for (size_t i = 0; i < verdict->count; i++) {
        if (verdict->items[i].depth != depth || !is_of_chain(verdict->items[i].reason))
            continue;
        reason_shown(verdict->items[i].reason, shown);
        used += (size_t)snprintf(to + used, size - used, "%s%s", used > 0 ? " " : "", shown);
    }
}

static void put_chain(FILE *out, const struct evaluation *evaluation)
{
    const struct facts_list *chain = &evaluation->chain;
    const bool anchored = evaluation->verdict.results[CHECK_CHAIN] == RESULT_PASS;

    if (chain->count > 0)
        (void)fputs("\nThe chain, from the certificate up:\n", out);
    for (size_t i = 0; i < chain->count; i++) {
        const bool anchor = anchored && i + 1 == chain->count;
        char head[32], codes[VERDICT_MAX * REASON_SHOWN], line[LINE_SIZE * 2], clean[LINE_SIZE];

        codes_of(&evaluation->verdict, (unsigned)i, codes, sizeof(codes));
        text_clean(clean, sizeof(clean), chain->items[i]);
        (void)snprintf(head, sizeof(head), "  %zu", i);
        (void)snprintf(line, sizeof(line), "%s%s: %s", clean, anchor ? " (trust anchor)" : "",
                       codes);
        lines_put(out, head, CHAIN_INDENT, line);
    }
}

/* What the login screen would say: what speaks of the certificate comes before the mapping. */
static enum reason told_first(const struct verdict *verdict)
{
    for (size_t i = 0; i < verdict->count; i++)
        if (!reason_is_mapping(verdict->items[i].reason))
            return verdict->items[i].reason;
    return verdict->items[0].reason;
}

static void put_sentence(FILE *out, const struct evaluation_request *request,
                         const struct evaluation *evaluation)
{
    const size_t count = evaluation->verdict.count;
    char service[TEXT_NAME], account[TEXT_NAME], asked[LINE_SIZE], time[TEXT_TIME];
    char shown[REASON_SHOWN], line[LINE_SIZE * 2];

    text_time(request->at, time);
    text_name(service, sizeof(service), request->service,
              request->service != NULL ? strlen(request->service) : 0);
    (void)snprintf(asked, sizeof(asked), "%s%s%s%s", request->service != NULL ? " through " : "",
                   service, request->at_is_clock ? "" : " at ", request->at_is_clock ? "" : time);
    (void)fputc('\n', out);
    if (evaluation->accepted && request->no_mapping) {
        (void)snprintf(line, sizeof(line), "Would be accepted%s; for whom was not asked.", asked);
    } else if (evaluation->accepted) {
        text_name(account, sizeof(account), evaluation->account.name,
                  strlen(evaluation->account.name));
        (void)snprintf(line, sizeof(line), "Would sign in as %s%s.", account, asked);
    } else {
        enum reason reason = told_first(&evaluation->verdict);

        reason_shown(reason, shown);
        (void)snprintf(line, sizeof(line), "Would be refused%s: %s (%s)%s.", asked,
                       reason_text(reason), shown,
                       count > 1 ? ", and for what else fails above" : "");
    }
    lines_put(out, "", 0, line);
    if (!evaluation->accepted)
        (void)fprintf(out, "certcheck explain %s tells who can fix it, and how.\n", shown);
}

void print_evaluation(FILE *out, const char *file, const struct evaluation_request *request,
                      const struct evaluation *evaluation)
{
    char account[LINE_SIZE];

    text_clean(account, sizeof(account), evaluation->account.name);
    if (!evaluation->accepted)
        (void)fprintf(out, "%s: refused\n", file);
    else if (request->no_mapping)
        (void)fprintf(out, "%s: accepted\n", file);
    else
        (void)fprintf(out, "%s: accepted for %s\n", file, account);
    put_facts(out, request, evaluation->facts);
    put_checks(out, &evaluation->verdict);
    put_chain(out, evaluation);
    put_sentence(out, request, evaluation);
}
