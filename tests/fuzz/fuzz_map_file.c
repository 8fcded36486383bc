/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A mapping file. The first byte says what it may hold: the key in its low bits, weak forms in
 * bit 3. Every line that is taken must have a value that a certificate can have, in its one form.
 */
#include <stdlib.h>
#include <string.h>

#include "certcheck/accounts.h"
#include "certcheck/map_file.h"
#include "common/altsecid.h"
#include "common/sid.h"
#include "common/text.h"
#include "tests/fuzz/fuzz.h"

static void must(int holds)
{
    if (!holds)
        abort();
}

static void check_altsecid(const struct map_line *line, const struct map_format *format)
{
    char *copy = strdup(line->value);
    enum altsecid_form form = 0;

    must(copy != NULL && altsecid_normalise(copy, &form) && strcmp(copy, line->value) == 0);
    must(altsecid_form_is_strong(form) == (line->binding == BINDING_STRONG));
    must(line->binding == BINDING_STRONG || format->allow_weak);
    free(copy);
}

/* A certificate that has just this value fits, and one that has nothing does not. */
static void check_fit(const struct map_line *line)
{
    static const struct facts nothing;
    struct facts facts = {.upn_state = UPN_NONE};
    char *value = strdup(line->value);

    must(value != NULL);
    if (line->key == MAP_UPN)
        facts.upn = value;
    else if (line->key == MAP_SHA256)
        memcpy(facts.spki_sha256, value, SHA256_HEX);
    else if (line->key == MAP_SID)
        memcpy(facts.sid, value, strlen(value) + 1);
    else
        facts.altsecids.items[facts.altsecids.count++] = value;
    facts.sid_state = line->key == MAP_SID ? SID_ONE : SID_NONE;
    must(map_value_fits(line->key, line->value, &facts));
    must(!map_value_fits(line->key, line->value, &nothing));
    free(value);
}

static void check_line(const struct map_line *line, const struct map_format *format)
{
    must(account_name_is_sound(line->account));
    must(line->key == format->key || format->key == MAP_ANY);
    switch (line->key) {
    case MAP_UPN:
        must(upn_is_well_formed(line->value, strlen(line->value)));
        must(line->binding == BINDING_NAME);
        break;
    case MAP_SHA256:
        must(strlen(line->value) == 64);
        break;
    case MAP_SID:
        must(sid_is_well_formed(line->value));
        break;
    case MAP_ALTSECID:
        check_altsecid(line, format);
        break;
    case MAP_ANY:
        must(0);
    }
    check_fit(line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct map_format format = {.key = MAP_ANY};
    struct map_file file = {0};
    struct problem problem = {""};
    enum vsc_err err;

    if (len == 0)
        return 0;
    format.key = (enum map_key)((data[0] & 7u) % (MAP_ANY + 1u));
    format.allow_weak = (data[0] & 8) != 0;
    err = map_file_parse((const char *)data + 1, len - 1, "map", &format, &file, &problem);
    must(err == VSC_OK || (err == VSC_CONFIG && strncmp(problem.text, "map:", 4) == 0));
    must(err == VSC_OK || file.count == 0);
    for (size_t i = 0; i < file.count; i++) {
        must(i == 0 || file.lines[i].number > file.lines[i - 1].number);
        check_line(&file.lines[i], &format);
    }
    map_file_done(&file);
    return 0;
}
