/* SPDX-License-Identifier: BSD-2-Clause */
/* A TCTI over another TCTI: deadline and repetition, see the header. */
#include "card/tpm/tcti.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <tss2/tss2_rc.h>
#include <tss2/tss2_tctildr.h>
#include <tss2/tss2_tpm2_types.h>

#include "common/own.h"

#define TCTI_MAGIC     UINT64_C(0x70616d5f76736331)
#define WATCH_MAX      4
#define DESCRIPTOR_MAX 256  /* looked at for sockets */
#define FRAME_MAX      4096 /* TPM2_MAX_COMMAND_SIZE and _RESPONSE_SIZE of tpm2-tss */
#define HEADER_SIZE    10   /* tag, size, response code */
#define PAUSE_FIRST_MS 10
#define PAUSE_MAX_MS   400

struct tcti {
    TSS2_TCTI_CONTEXT_COMMON_V1 common; /* first: tpm2-tss casts */
    TSS2_TCTI_CONTEXT *inner;           /* owned */
    const struct deadline *deadline;
    struct pollfd watch[WATCH_MAX]; /* what answers come from, first what stays open */
    size_t watch_count, stay_count;
    bool broken;
    size_t command_len, answer_len; /* answer_len 0: none is waiting to be fetched */
    unsigned char command[FRAME_MAX], answer[FRAME_MAX];
};

static struct tcti *own(TSS2_TCTI_CONTEXT *context)
{
    return (struct tcti *)(void *)context;
}

/*
 * tpm2-tss's TCTIs over sockets have no timeout and do not tell their socket
 * (Tss2_Tcti_GetPollHandles: not implemented), so what becomes open in their calls is watched:
 * sockets and devices. The one for swtpm connects for each command.
 */
static void look(bool is_open[DESCRIPTOR_MAX])
{
    for (int fd = 0; fd < DESCRIPTOR_MAX; fd++)
        is_open[fd] = fcntl(fd, F_GETFD) >= 0;
}

static bool is_watched(int fd)
{
    struct stat st;

    return fstat(fd, &st) == 0 && (S_ISSOCK(st.st_mode) || S_ISCHR(st.st_mode));
}

/* With more than there is room for, none is watched: the one that matters could be missing. */
static void watch_new(struct tcti *self, const bool was_open[DESCRIPTOR_MAX])
{
    for (int fd = 0; fd < DESCRIPTOR_MAX; fd++) {
        if (was_open[fd] || !is_watched(fd))
            continue;
        if (self->watch_count == WATCH_MAX) {
            self->watch_count = 0;
            return;
        }
        self->watch[self->watch_count++] = (struct pollfd){.fd = fd, .events = POLLIN};
    }
}

static TSS2_RC transmit_watched(struct tcti *self)
{
    bool before[DESCRIPTOR_MAX];
    TSS2_RC rc;

    self->watch_count = self->stay_count;
    look(before);
    rc = Tss2_Tcti_Transmit(self->inner, self->command_len, self->command);
    watch_new(self, before);
    self->broken = rc != TSS2_RC_SUCCESS;
    return rc;
}

static TSS2_RC tcti_transmit(TSS2_TCTI_CONTEXT *context, size_t size, const uint8_t *command)
{
    struct tcti *self = own(context);

    if (self->broken)
        return TSS2_TCTI_RC_NO_CONNECTION;
    if (size > sizeof self->command)
        return TSS2_TCTI_RC_BAD_VALUE;
    memcpy(self->command, command, size);
    self->command_len = size;
    self->answer_len = 0;
    return transmit_watched(self);
}

/*
 * Wait for the answer as long as the deadline allows: a command to a device runs in the kernel
 * meanwhile. With nothing to watch reading is the wait.
 */
static bool wait_answer(struct tcti *self)
{
    for (;;) {
        int left = deadline_left(self->deadline);
        int ready;

        if (self->watch_count == 0)
            return left > 0;
        ready = poll(self->watch, self->watch_count, left);
        if (ready > 0)
            return true;
        if (ready == 0 && left == 0)
            return false;
        if (ready < 0 && errno != EINTR)
            return false;
    }
}

static uint32_t response_code(const uint8_t *response, size_t size)
{
    if (size < HEADER_SIZE)
        return 0;
    return (uint32_t)response[6] << 24 | (uint32_t)response[7] << 16 | (uint32_t)response[8] << 8 |
           response[9];
}

static bool asks_to_repeat(uint32_t code)
{
    return code == TPM2_RC_RETRY || code == TPM2_RC_YIELDED || code == TPM2_RC_TESTING ||
           code == TPM2_RC_NV_RATE;
}

/* Sleep, longer each time; false when that would pass the deadline. */
static bool pause_once(const struct tcti *self, int *pause_ms)
{
    struct timespec pause = {.tv_nsec = (long)*pause_ms * 1000000L};

    if (deadline_left(self->deadline) <= *pause_ms)
        return false;
    (void)nanosleep(&pause, NULL);
    if (*pause_ms < PAUSE_MAX_MS)
        *pause_ms *= 2;
    return true;
}

static TSS2_RC receive_once(struct tcti *self)
{
    size_t size = sizeof self->answer;
    TSS2_RC rc = TSS2_TCTI_RC_IO_ERROR;

    if (wait_answer(self))
        rc = Tss2_Tcti_Receive(self->inner, &size, self->answer, TSS2_TCTI_TIMEOUT_BLOCK);
    self->broken = rc != TSS2_RC_SUCCESS;
    self->answer_len = self->broken ? 0 : size;
    /* TRY_AGAIN would make ESYS ask for ever. */
    return rc == TSS2_TCTI_RC_TRY_AGAIN ? TSS2_TCTI_RC_IO_ERROR : rc;
}

/* The whole answer, after as many repetitions as the TPM asks for and the deadline allows. */
static TSS2_RC fetch(struct tcti *self)
{
    int pause_ms = PAUSE_FIRST_MS;

    for (;;) {
        TSS2_RC rc = receive_once(self);

        if (rc != TSS2_RC_SUCCESS ||
            !asks_to_repeat(response_code(self->answer, self->answer_len)) ||
            !pause_once(self, &pause_ms))
            return rc;
        rc = transmit_watched(self);
        if (rc != TSS2_RC_SUCCESS)
            return rc;
    }
}

/* SYS asks for the size first (without a buffer), and then for the bytes. */
static TSS2_RC tcti_receive(TSS2_TCTI_CONTEXT *context, size_t *size, uint8_t *response,
                            int32_t timeout)
{
    struct tcti *self = own(context);
    size_t room = *size;

    (void)timeout;
    if (self->broken)
        return TSS2_TCTI_RC_NO_CONNECTION;
    if (self->answer_len == 0) {
        TSS2_RC rc = fetch(self);

        if (rc != TSS2_RC_SUCCESS)
            return rc;
    }
    *size = self->answer_len;
    if (response == NULL)
        return TSS2_RC_SUCCESS;
    if (room < self->answer_len)
        return TSS2_TCTI_RC_INSUFFICIENT_BUFFER;
    memcpy(response, self->answer, self->answer_len);
    self->answer_len = 0;
    return TSS2_RC_SUCCESS;
}

static TSS2_RC tcti_cancel(TSS2_TCTI_CONTEXT *context)
{
    return Tss2_Tcti_Cancel(own(context)->inner);
}

static TSS2_RC tcti_poll_handles(TSS2_TCTI_CONTEXT *context, TSS2_TCTI_POLL_HANDLE *handles,
                                 size_t *count)
{
    return Tss2_Tcti_GetPollHandles(own(context)->inner, handles, count);
}

static TSS2_RC tcti_locality(TSS2_TCTI_CONTEXT *context, uint8_t locality)
{
    return Tss2_Tcti_SetLocality(own(context)->inner, locality);
}

static void tcti_finalize(TSS2_TCTI_CONTEXT *context)
{
    struct tcti *self = own(context);

    Tss2_TctiLdr_Finalize(&self->inner);
}

/* Only TCTIs by their short name: tctildr would also load any file that the name is the path of. */
static bool is_known(const char *name)
{
    static const char *const known[] = {"device", "swtpm", "mssim", "tabrmd", "pcap"};

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        size_t len = strlen(known[i]);

        if (strncmp(name, known[i], len) != 0)
            continue;
        if (strcmp(known[i], "pcap") == 0 && name[len] == ':')
            return is_known(name + len + 1);
        return name[len] == ':' || name[len] == '\0';
    }
    return false;
}

enum vsc_err tcti_open(const char *name, const struct deadline *deadline,
                       TSS2_TCTI_CONTEXT **ret_tcti, struct problem *problem)
{
    auto_free struct tcti *self = calloc(1, sizeof *self);
    bool before[DESCRIPTOR_MAX];
    TSS2_RC rc;

    if (self == NULL)
        return VSC_MEMORY;
    if (!is_known(name))
        return problem_set(problem, VSC_CONFIG,
                           "card.tcti: \"%s\" is none of device:, swtpm:, mssim:, tabrmd:", name);
    /* tpm2-tss would write what it does to standard error, secrets too at its highest levels. */
    if (setenv("TSS2_LOG", "all+NONE", 1) != 0)
        return VSC_MEMORY;
    look(before);
    rc = Tss2_TctiLdr_Initialize(name, &self->inner);
    watch_new(self, before);
    self->stay_count = self->watch_count;
    if (rc != TSS2_RC_SUCCESS)
        return problem_set(problem, VSC_TPM,
                           "card.tcti: no connection to the TPM by \"%s\": %s (0x%X)", name,
                           Tss2_RC_Decode(rc), rc);
    self->deadline = deadline;
    self->common = (TSS2_TCTI_CONTEXT_COMMON_V1){
        .magic = TCTI_MAGIC,
        .version = 1,
        .transmit = tcti_transmit,
        .receive = tcti_receive,
        .finalize = tcti_finalize,
        .cancel = tcti_cancel,
        .getPollHandles = tcti_poll_handles,
        .setLocality = tcti_locality,
    };
    *ret_tcti = (TSS2_TCTI_CONTEXT *)(void *)take(self);
    return VSC_OK;
}

bool tcti_is_broken(TSS2_TCTI_CONTEXT *tcti)
{
    return own(tcti)->broken;
}

void tcti_close(TSS2_TCTI_CONTEXT *tcti)
{
    if (tcti == NULL)
        return;
    tcti_finalize(tcti);
    explicit_bzero(tcti, sizeof(struct tcti));
    free(tcti);
}
