/* SPDX-License-Identifier: BSD-2-Clause */
/* The state as JSON. */
#include "enroll/state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/io.h"
#include "common/json.h"
#include "common/json_read.h"
#include "common/own.h"

static const char *const words[] = {"idle",      "generating", "keyed",
                                    "requested", "pending",    "issued"};
#define WORDS (sizeof words / sizeof words[0])

const char *state_phase_word(enum state_phase phase)
{
    return (size_t)phase < WORDS ? words[phase] : "unknown";
}

void state_reset(struct state *state)
{
    state->phase = STATE_IDLE;
    state->next[0] = '\0';
    state->before_count = 0;
    state->default_key[0] = '\0';
    free(take(state->request));
    free(take(state->answer));
    free(take(state->cookie));
    state->since = state->ask_at = state->next_version = state->next_major = 0;
}

void state_done(struct state *state)
{
    free(take(state->request));
    free(take(state->answer));
    free(take(state->cookie));
}

enum vsc_err state_encode(const struct state *state, struct buf *ret_text)
{
    auto_free char *text = NULL;
    size_t len = 0;
    FILE *stream = open_memstream(&text, &len);
    struct json json;
    bool good;

    buf_init(ret_text, STATE_SIZE_MAX);
    if (stream == NULL)
        return VSC_MEMORY;
    json_init(&json, stream);
    json_open_object(&json, NULL);
    json_number(&json, "version", 1);
    json_string(&json, "card", state->card);
    json_string(&json, "phase", state_phase_word(state->phase));
    json_string(&json, "current", state->current);
    json_string(&json, "old", state->old);
    json_string(&json, "next", state->next);
    json_open_array(&json, "before");
    for (size_t i = 0; i < state->before_count; i++)
        json_string(&json, NULL, state->before[i]);
    json_close_array(&json);
    json_string(&json, "default_key", state->default_key);
    json_string(&json, "request", state->request != NULL ? state->request : "");
    json_string(&json, "answer", state->answer != NULL ? state->answer : "");
    json_string(&json, "cookie", state->cookie != NULL ? state->cookie : "");
    json_number(&json, "profile_version", state->version);
    json_number(&json, "next_version", state->next_version);
    json_number(&json, "since", state->since);
    json_number(&json, "ask_at", state->ask_at);
    json_number(&json, "template_major", state->major);
    json_number(&json, "next_major", state->next_major);
    state_template_encode(&state->template, &json);
    json_close_object(&json);
    good = json_end(&json);
    if (fclose(stream) != 0 || !good)
        return VSC_MEMORY;
    buf_put(ret_text, text, len);
    return buf_status(ret_text);
}

static const char *text_of(const struct json_document *document, const char *name, size_t max)
{
    const struct json_value *value = json_member(document, json_root(document), name, JSON_STRING);

    return value != NULL && strlen(value->text) <= max ? value->text : NULL;
}

static bool copy_text(const struct json_document *document, const char *name, char *to, size_t size)
{
    const char *text = text_of(document, name, size - 1);

    if (text != NULL)
        memcpy(to, text, strlen(text) + 1);
    return text != NULL && text_is_printable(text);
}

/* "" or 64 hexadecimal digits. */
static bool copy_id(const struct json_document *document, const char *name, char to[SPKI_ID_SIZE])
{
    size_t len;

    if (!copy_text(document, name, to, SPKI_ID_SIZE))
        return false;
    len = strlen(to);
    return (len == 0 || len == SPKI_ID_SIZE - 1) && strspn(to, "0123456789abcdef") == len;
}

static bool copy_owned(const struct json_document *document, const char *name, size_t max,
                       char **to)
{
    const char *text = text_of(document, name, max);

    if (text != NULL && *text != '\0')
        *to = strdup(text);
    return text != NULL && (*text == '\0' || *to != NULL);
}

/* Seconds since 1970. */
static bool copy_time(const struct json_document *document, const char *name, int64_t *to)
{
    return state_number(document, json_root(document), name, to);
}

/* A number that was not written yet is 0. */
static bool copy_version(const struct json_document *document, const char *name, int64_t *to)
{
    *to = 0;
    return json_member(document, json_root(document), name, JSON_NUMBER) == NULL ||
           copy_time(document, name, to);
}

/* An older vsc-enroll did not write it. */
static bool copy_default_key(const struct json_document *document, struct state *state)
{
    const char *name = "default_key";

    return json_member(document, json_root(document), name, JSON_STRING) == NULL ||
           copy_text(document, name, state->default_key, sizeof state->default_key);
}

static bool copy_before(const struct json_document *document, struct state *state)
{
    const struct json_value *list =
        json_member(document, json_root(document), "before", JSON_ARRAY);
    const struct json_value *item = list != NULL ? json_first(document, list) : NULL;

    for (; item != NULL; item = json_next(document, item)) {
        if (item->kind != JSON_STRING || state->before_count == CARD_KEYS_MAX ||
            strlen(item->text) >= KEY_ID_SIZE)
            return false;
        memcpy(state->before[state->before_count++], item->text, strlen(item->text) + 1);
    }
    return list != NULL;
}

static bool copy_phase(const struct json_document *document, enum state_phase *ret_phase)
{
    const char *word = text_of(document, "phase", 16);

    for (size_t i = 0; word != NULL && i < WORDS; i++)
        if (strcmp(words[i], word) == 0) {
            *ret_phase = (enum state_phase)i;
            return true;
        }
    return false;
}

/* What each phase cannot be without. */
static bool is_whole(const struct state *state)
{
    if (state->card[0] == '\0' && (state->phase != STATE_IDLE || state->current[0] != '\0'))
        return false;
    if (state->phase >= STATE_KEYED && state->next[0] == '\0')
        return false;
    if (state->phase >= STATE_REQUESTED && state->request == NULL)
        return false;
    return state->phase != STATE_ISSUED || state->answer != NULL;
}

enum vsc_err state_decode(const void *text, size_t len, struct state *ret_state,
                          struct problem *problem)
{
    auto_json struct json_document document = {0};
    auto_state struct state state = {.phase = STATE_IDLE};
    const struct json_value *version;
    enum vsc_err err = json_read(text, len, &document, problem);

    if (err != VSC_OK)
        return err;
    version = json_member(&document, json_root(&document), "version", JSON_NUMBER);
    if (version == NULL || strcmp(version->text, "1") != 0)
        return problem_set(problem, VSC_INPUT, "of another version");
    if (!copy_text(&document, "card", state.card, sizeof state.card) ||
        !copy_phase(&document, &state.phase) || !copy_id(&document, "current", state.current) ||
        !copy_id(&document, "old", state.old) || !copy_id(&document, "next", state.next) ||
        !copy_before(&document, &state) || !copy_default_key(&document, &state) ||
        !copy_owned(&document, "request", STATE_SIZE_MAX, &state.request) ||
        !copy_owned(&document, "answer", STATE_SIZE_MAX, &state.answer) ||
        !copy_owned(&document, "cookie", COOKIE_MAX, &state.cookie) ||
        !copy_version(&document, "profile_version", &state.version) ||
        !copy_version(&document, "next_version", &state.next_version) ||
        !copy_time(&document, "since", &state.since) ||
        !copy_time(&document, "ask_at", &state.ask_at) ||
        !copy_version(&document, "template_major", &state.major) ||
        !copy_version(&document, "next_major", &state.next_major) ||
        !state_template_decode(&document, &state.template) || !is_whole(&state))
        return problem_set(problem, VSC_INPUT, "not as vsc-enroll writes it");
    *ret_state = state;
    state.request = state.answer = state.cookie = NULL;
    return VSC_OK;
}

#define NAME_SIZE (PROFILE_NAME_MAX + sizeof ".json")

static void name_of(const char *profile, char to[NAME_SIZE])
{
    (void)snprintf(to, NAME_SIZE, "%s.json", profile);
}

enum vsc_err state_read(int folder, const char *profile, struct state *ret_state,
                        struct problem *problem)
{
    auto_buf struct buf content = {0};
    struct problem detail = {""};
    char name[NAME_SIZE];
    enum vsc_err err;

    *ret_state = (struct state){.phase = STATE_IDLE};
    if (folder < 0)
        return VSC_OK;
    name_of(profile, name);
    err = io_read_at(folder, name, STATE_SIZE_MAX, &content);
    if (err == VSC_INPUT && errno == ENOENT)
        return VSC_OK;
    if (err != VSC_OK)
        return problem_set(problem, VSC_SYSTEM, "%s: %s", name, strerror(errno));
    err = state_decode(content.data, content.len, ret_state, &detail);
    if (err != VSC_OK)
        return problem_set(problem, VSC_SYSTEM, "the state %s: %s", name, detail.text);
    return VSC_OK;
}

enum vsc_err state_write(int folder, const char *profile, const struct state *state,
                         struct problem *problem)
{
    auto_buf struct buf text;
    char name[NAME_SIZE];
    enum vsc_err err = state_encode(state, &text);

    name_of(profile, name);
    if (err == VSC_OK)
        err = io_write_at(folder, name, text.data, text.len, 0600);
    if (err != VSC_OK)
        return problem_set(problem, err, "%s: cannot be written", name);
    return VSC_OK;
}
