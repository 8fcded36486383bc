/* SPDX-License-Identifier: BSD-2-Clause */
/* Faults on demand, and what is left in the TPM after them; see the header. */
#include "tests/proxy/fault.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/io.h"

#define CC_GET_CAPABILITY 0x17a
#define CC_FLUSH_CONTEXT  0x165
#define CAP_HANDLES       1
#define HANDLES_MAX       64
#define FIRST_INDEX       0x01000000u
#define FIRST_LOADED                                                                               \
    0x02000000u /* sessions of both kinds (part 3, 30.2: TPM_HT_LOADED_SESSION)                    \
                 */
#define FIRST_SAVED     0x03000000u
#define FIRST_TRANSIENT 0x80000000u

/* Commands since this very file was written. */
static unsigned long count_command(const char *path)
{
    static struct timespec written;
    static unsigned long count;
    struct stat status;

    if (path == NULL || stat(path, &status) != 0)
        return 0;
    if (status.st_mtim.tv_sec != written.tv_sec || status.st_mtim.tv_nsec != written.tv_nsec)
        count = 0;
    written = status.st_mtim;
    return ++count;
}

static bool read_fault(const char *path, unsigned long *ret_number, char kind[8],
                       unsigned long *ret_value)
{
    FILE *file = path != NULL ? fopen(path, "re") : NULL;
    int found = 0;

    *ret_value = 0;
    if (file != NULL) {
        found = fscanf(file, "%lu %7s %li", ret_number, kind, (long *)ret_value);
        (void)fclose(file);
    }
    return found >= 2;
}

static enum fault_effect send_bytes(int client, size_t len)
{
    struct frame frame;

    memset(frame.bytes, 0xa5, sizeof(frame.bytes));
    if (len > FRAME_HEADER && len <= FRAME_MAX)
        frame_begin(&frame, len, 0);
    frame.len = len <= FRAME_MAX ? len : FRAME_MAX;
    if (frame_send(client, &frame) && len > FRAME_HEADER)
        return FAULT_ANSWERED;
    return FAULT_ENDED;
}

enum fault_effect fault_apply(const char *path, int client)
{
    unsigned long number = count_command(path);
    struct pollfd gone = {.fd = client, .events = POLLIN};
    unsigned long at = 0, value = 0;
    struct frame frame;
    char kind[8] = "";

    if (number == 0 || !read_fault(path, &at, kind, &value) || at != number)
        return FAULT_NONE;
    (void)unlink(path);
    if (strcmp(kind, "rc") == 0) {
        frame_begin(&frame, FRAME_HEADER, (uint32_t)value);
        return frame_send(client, &frame) ? FAULT_ANSWERED : FAULT_ENDED;
    }
    if (strcmp(kind, "bytes") == 0)
        return send_bytes(client, value);
    if (strcmp(kind, "stall") == 0)
        (void)poll(&gone, 1, -1);
    return FAULT_ENDED;
}

static bool is_session(uint32_t handle)
{
    return handle >> 24 == FIRST_LOADED >> 24 || handle >> 24 == FIRST_SAVED >> 24;
}

/* The handles from `first` on that are of its kind. */
static bool get_handles(int tpm, uint32_t first, uint32_t *handles, unsigned *ret_count)
{
    static struct frame frame;
    unsigned count = 0;

    frame_begin(&frame, FRAME_HEADER + 12, CC_GET_CAPABILITY);
    frame_put32(frame.bytes + 10, CAP_HANDLES);
    frame_put32(frame.bytes + 14, first);
    frame_put32(frame.bytes + 18, HANDLES_MAX);
    /* After the header: moreData, the capability, how many, and they. */
    if (!frame_send(tpm, &frame) || !frame_read(tpm, &frame) || frame_get32(frame.bytes + 6) != 0 ||
        frame.len < FRAME_HEADER + 9)
        return false;
    for (unsigned i = 0; i < frame_get32(frame.bytes + 15) && i < HANDLES_MAX; i++) {
        uint32_t handle = frame_get32(frame.bytes + 19 + 4 * i);

        if (is_session(handle) == is_session(first) &&
            (is_session(handle) || handle >> 24 == first >> 24))
            handles[count++] = handle;
    }
    *ret_count = count;
    return true;
}

static bool flush(int tpm, uint32_t handle)
{
    static struct frame frame;

    frame_begin(&frame, FRAME_HEADER + 4, CC_FLUSH_CONTEXT);
    frame_put32(frame.bytes + FRAME_HEADER, handle);
    return frame_send(tpm, &frame) && frame_read(tpm, &frame);
}

bool leftovers_take(int tpm, struct leftovers *ret_leftovers)
{
    static const uint32_t loaded[] = {FIRST_TRANSIENT, FIRST_LOADED, FIRST_SAVED};
    struct leftovers left = {.loaded = 0};
    uint32_t handles[HANDLES_MAX];
    unsigned count = 0;

    if (!get_handles(tpm, FIRST_INDEX, handles, &left.indices))
        return false;
    for (size_t i = 0; i < sizeof(loaded) / sizeof(loaded[0]); i++) {
        if (!get_handles(tpm, loaded[i], handles, &count))
            return false;
        for (unsigned j = 0; j < count; j++)
            if (!flush(tpm, handles[j]))
                return false;
        left.loaded += count;
    }
    *ret_leftovers = left;
    return true;
}
