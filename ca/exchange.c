/* SPDX-License-Identifier: BSD-2-Clause */
#include "ca/exchange.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#define VERSION 1

#define UPPER   "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define LOWER   "abcdefghijklmnopqrstuvwxyz"
#define DIGITS  "0123456789"

static bool consists_of(const char *word, const char *characters)
{
    return word[strspn(word, characters)] == '\0';
}

/* Not like an option, nor like a hidden file. */
static bool begins_well(const char *word)
{
    return word[0] != '\0' && strchr("-. ", word[0]) == NULL;
}

bool question_is_sound(const struct question *question)
{
    const size_t cookie_len = strlen(question->cookie);

    return begins_well(question->operation) && consists_of(question->operation, UPPER "-") &&
           (question->template[0] == '\0' || begins_well(question->template)) &&
           consists_of(question->template, UPPER LOWER DIGITS " ._-") &&
           consists_of(question->cookie, DIGITS "abcdef") &&
           (cookie_len == 0 || cookie_len == sizeof(question->cookie) - 1) &&
           question->csr_len <= EXCHANGE_CSR_MAX && question->bundle_len <= EXCHANGE_BUNDLE_MAX;
}

enum vsc_err question_write(const struct question *question, struct buf *ret_content)
{
    if (!question_is_sound(question))
        return VSC_INPUT;
    buf_init(ret_content, EXCHANGE_FRAME_MAX);
    buf_u8(ret_content, VERSION);
    buf_str(ret_content, question->operation);
    buf_str(ret_content, question->template);
    buf_str(ret_content, question->cookie);
    buf_bytes(ret_content, question->csr, question->csr_len);
    buf_bytes(ret_content, question->bundle, question->bundle_len);
    return buf_status(ret_content);
}

enum vsc_err question_read(const struct buf *content, struct question *ret_question)
{
    struct question question = {.csr = NULL};
    struct reader reader;
    enum vsc_err err;

    reader_init(&reader, content->data, content->len);
    if (reader_u8(&reader) != VERSION)
        return VSC_PROTOCOL;
    reader_str(&reader, question.operation, sizeof(question.operation));
    reader_str(&reader, question.template, sizeof(question.template));
    reader_str(&reader, question.cookie, sizeof(question.cookie));
    question.csr = reader_bytes(&reader, EXCHANGE_CSR_MAX, &question.csr_len);
    question.bundle = reader_bytes(&reader, EXCHANGE_BUNDLE_MAX, &question.bundle_len);
    err = reader_end(&reader);
    if (err != VSC_OK)
        return err;
    if (!question_is_sound(&question))
        return VSC_PROTOCOL;
    *ret_question = question;
    return VSC_OK;
}

enum vsc_err answer_write(const struct answer *answer, struct buf *ret_content)
{
    if (answer->len > EXCHANGE_TEXT_MAX)
        return VSC_INPUT;
    buf_init(ret_content, EXCHANGE_TEXT_MAX + 64);
    buf_u8(ret_content, VERSION);
    buf_u8(ret_content, (uint8_t)answer->status);
    buf_bytes(ret_content, answer->text, answer->len);
    return buf_status(ret_content);
}

enum vsc_err answer_read(const struct buf *content, struct answer *ret_answer)
{
    struct answer answer = {.status = CA_UNREACHABLE};
    struct reader reader;
    uint8_t version, status;
    enum vsc_err err;

    reader_init(&reader, content->data, content->len);
    version = reader_u8(&reader);
    status = reader_u8(&reader);
    answer.text = reader_bytes(&reader, EXCHANGE_TEXT_MAX, &answer.len);
    err = reader_end(&reader);
    if (err != VSC_OK)
        return err;
    if (version != VERSION || status > CA_UNSUPPORTED)
        return VSC_PROTOCOL;
    answer.status = (enum ca_status)status;
    *ret_answer = answer;
    return VSC_OK;
}

static enum vsc_err send_bytes(int fd, const void *bytes, size_t len,
                               const struct deadline *deadline)
{
    const unsigned char *next = bytes;

    while (len > 0) {
        enum vsc_err err = deadline_wait(deadline, fd, POLLOUT);
        ssize_t sent;

        if (err != VSC_OK)
            return err;
        sent = send(fd, next, len, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno != EAGAIN && errno != EINTR)
            return VSC_PROTOCOL;
        if (sent > 0) {
            next += sent;
            len -= (size_t)sent;
        }
    }
    return VSC_OK;
}

static enum vsc_err receive_bytes(int fd, void *bytes, size_t len, const struct deadline *deadline)
{
    unsigned char *next = bytes;

    while (len > 0) {
        enum vsc_err err = deadline_wait(deadline, fd, POLLIN);
        ssize_t got;

        if (err != VSC_OK)
            return err;
        got = recv(fd, next, len, MSG_DONTWAIT);
        if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
            return VSC_PROTOCOL;
        if (got > 0) {
            next += got;
            len -= (size_t)got;
        }
    }
    return VSC_OK;
}

enum vsc_err frame_send(int fd, const struct buf *content, const struct deadline *deadline)
{
    const size_t len = content->len;
    const unsigned char head[] = {(unsigned char)(len >> 24), (unsigned char)(len >> 16),
                                  (unsigned char)(len >> 8), (unsigned char)len};
    enum vsc_err err = send_bytes(fd, head, sizeof(head), deadline);

    return err == VSC_OK ? send_bytes(fd, content->data, len, deadline) : err;
}

enum vsc_err frame_receive(int fd, size_t max, struct buf *ret_content,
                           const struct deadline *deadline)
{
    unsigned char head[4];
    unsigned char *room;
    struct reader reader;
    size_t len;
    enum vsc_err err = receive_bytes(fd, head, sizeof(head), deadline);

    if (err != VSC_OK)
        return err;
    reader_init(&reader, head, sizeof(head));
    len = reader_u32(&reader);
    if (len == 0 || len > max)
        return VSC_PROTOCOL;
    buf_init(ret_content, max);
    room = buf_extend(ret_content, len);
    return room == NULL ? VSC_MEMORY : receive_bytes(fd, room, len, deadline);
}
