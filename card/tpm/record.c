/* SPDX-License-Identifier: BSD-2-Clause */
/* The last look at the cards in the TPM, see the header. */
#include "card/tpm/record.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/own.h"
#include "common/wire_field.h"

#define MAGIC       0x56534357u /* VSCW */
#define FILE_MAX    4096
#define DISAGREE_MS 2000 /* of the two clocks */

/* The file: u8 changed, then the body that the checksum is over, then the checksum. */
#define BODY_AT 1

struct moment moment_now(void)
{
    struct timespec real = {0};

    (void)clock_gettime(CLOCK_REALTIME, &real);
    return (struct moment){
        .real_ms = (int64_t)real.tv_sec * 1000 + real.tv_nsec / 1000000,
        .monotonic_ms = clock_ms(),
    };
}

/* FNV-1a: against a half-written file, not against a liar. */
static uint32_t checksum(const unsigned char *bytes, size_t len)
{
    uint32_t sum = 2166136261u;

    for (size_t i = 0; i < len; i++)
        sum = (sum ^ bytes[i]) * 16777619u;
    return sum;
}

static void encode(struct buf *file, const struct record *record)
{
    buf_u8(file, record->changed);
    buf_u32(file, MAGIC);
    buf_u64(file, (uint64_t)record->at.real_ms);
    buf_u64(file, (uint64_t)record->at.monotonic_ms);
    buf_u16(file, (uint16_t)record->err);
    buf_u32(file, (uint32_t)record->count);
    for (size_t i = 0; i < record->count; i++) {
        buf_put(file, record->cards[i].id, STORE_CARD_DIGITS);
        buf_u8(file, record->cards[i].glimpse.known);
        card_state_encode(file, &record->cards[i].glimpse.state);
    }
    if (buf_status(file) == VSC_OK)
        buf_u32(file, checksum(file->data + BODY_AT, file->len - BODY_AT));
}

static void card_decode(struct reader *reader, struct record *record, size_t i)
{
    reader_copy(reader, record->cards[i].id, STORE_CARD_DIGITS);
    record->cards[i].id[STORE_CARD_DIGITS] = '\0';
    record->cards[i].glimpse.known = reader_bool(reader);
    record->cards[i].glimpse.state = field_state(reader);
    if (!store_is_card_id(record->cards[i].id))
        reader->fault = true;
}

/* Bytes behind it are of a longer one that stood there before. */
static enum vsc_err decode(const unsigned char *file, size_t len, struct record *record)
{
    struct reader reader;
    uint16_t err;
    size_t body_len;

    reader_init(&reader, file, len);
    record->changed = reader_bool(&reader);
    if (reader_u32(&reader) != MAGIC)
        reader.fault = true;
    record->at.real_ms = (int64_t)reader_u64(&reader);
    record->at.monotonic_ms = (int64_t)reader_u64(&reader);
    err = reader_u16(&reader);
    record->err = (enum vsc_err)err;
    record->count = field_count(&reader, CARDS_MAX);
    for (size_t i = 0; i < record->count && !reader.fault; i++)
        card_decode(&reader, record, i);
    if (reader.fault || err >= VSC_ERR_COUNT || record->at.real_ms < 0 ||
        record->at.monotonic_ms < 0)
        return VSC_PROTOCOL;
    body_len = len - reader.left - BODY_AT;
    return reader_u32(&reader) == checksum(file + BODY_AT, body_len) && !reader.fault
               ? VSC_OK
               : VSC_PROTOCOL;
}

enum vsc_err record_read(const char *store, struct record *ret_record)
{
    unsigned char file[FILE_MAX];
    char path[PATH_MAX];
    struct record record = {0};
    auto_fd int fd = -1;
    enum vsc_err err;
    ssize_t len;

    if (snprintf(path, sizeof path, "%s/%s", store, STORE_LOCK) >= (int)sizeof path)
        return VSC_INPUT;
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    len = fd >= 0 ? pread(fd, file, sizeof file, 0) : -1;
    if (len <= 0)
        return VSC_INPUT;
    err = decode(file, (size_t)len, &record);
    if (err == VSC_OK)
        *ret_record = record;
    return err;
}

void record_write(int lock, const struct record *record)
{
    auto_buf struct buf file;
    ssize_t written = -1;

    buf_init(&file, FILE_MAX);
    encode(&file, record);
    if (buf_status(&file) == VSC_OK)
        written = pwrite(lock, file.data, file.len, 0);
    (void)written; /* a read-only disk: each process remembers for itself */
}

void record_changed(int lock)
{
    unsigned char changed = 0;
    ssize_t done = pread(lock, &changed, 1, 0);

    if (done != 1 || changed != 0)
        return;
    changed = 1;
    done = pwrite(lock, &changed, 1, 0);
    (void)done;
}

static int64_t age_ms(const struct record *record, const struct moment *now)
{
    return now->monotonic_ms - record->at.monotonic_ms;
}

bool record_is_of_today(const struct record *record, const struct moment *now)
{
    int64_t age = age_ms(record, now);
    int64_t apart = now->real_ms - record->at.real_ms - age;

    return age >= 0 && apart >= -DISAGREE_MS && apart <= DISAGREE_MS;
}

static const struct glimpse *find(const struct record *record, const char *id)
{
    for (size_t i = 0; i < record->count; i++) {
        if (strcmp(record->cards[i].id, id) == 0)
            return &record->cards[i].glimpse;
    }
    return NULL;
}

bool record_is_due(const struct record *record, const struct moment *now,
                   const struct card_list *list)
{
    int64_t age = age_ms(record, now);

    if (!record_is_of_today(record, now))
        return true;
    if (age < WATCH_POLL_MS)
        return false;
    if (record->changed || record->err != VSC_OK || age >= RECORD_REST_MS)
        return true;
    for (size_t i = 0; i < list->count; i++) {
        const struct glimpse *glimpse = find(record, list->cards[i].id);
        uint32_t locked = glimpse != NULL ? glimpse->state.locked_seconds : 0;

        if (glimpse == NULL && store_is_card_id(list->cards[i].id))
            return true;
        if (locked > 0 && age >= (int64_t)locked * 1000)
            return true;
    }
    return false;
}

struct glimpse record_glimpse(const struct record *record, const struct moment *now, const char *id)
{
    const struct glimpse *found = find(record, id);
    struct glimpse glimpse = found != NULL ? *found : (struct glimpse){0};
    int64_t passed = age_ms(record, now) / 1000;

    if (glimpse.state.locked_seconds > 0)
        glimpse.state.locked_seconds = (int64_t)glimpse.state.locked_seconds > passed
                                           ? glimpse.state.locked_seconds - (uint32_t)passed
                                           : 1; /* only the TPM says that it is over */
    return glimpse;
}
