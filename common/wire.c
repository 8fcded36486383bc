/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/wire.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "common/text.h"

static const struct {
    uint16_t type;
    uint32_t cap;
    const char *name;
} rows[] = {
#define VSC_MESSAGE_ROW(name, number, cap) {number, cap, #name},
    VSC_MESSAGES(VSC_MESSAGE_ROW)
#undef VSC_MESSAGE_ROW
};

uint32_t wire_cap(uint16_t type)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].type == type)
            return rows[i].cap;
    return 0;
}

const char *wire_type_name(uint16_t type)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].type == type)
            return rows[i].name;
    return "unknown";
}

void message_init(struct message *message, enum wire_type type)
{
    message->type = type;
    buf_init(&message->body, wire_cap((uint16_t)type));
}

void message_done(struct message *message)
{
    buf_done(&message->body);
}

/* What an errno of send() or recv() means; EINTR and EAGAIN are the caller's. */
static enum vsc_err errno_to_err(void)
{
    switch (errno) {
    case EPIPE:
    case ECONNRESET:
    case ENOTCONN:
        return VSC_HELPER;
    case ENOMEM:
    case ENOBUFS:
        return VSC_MEMORY;
    default:
        return VSC_SYSTEM;
    }
}

static bool is_try_again(void)
{
    return errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK;
}

/* Drop `sent` bytes from the front of what is left to send. */
static void advance(struct iovec parts[2], size_t sent)
{
    for (size_t i = 0; i < 2; i++) {
        size_t step = sent < parts[i].iov_len ? sent : parts[i].iov_len;

        if (step > 0) /* an empty body has no bytes to point to */
            parts[i].iov_base = (unsigned char *)parts[i].iov_base + step;
        parts[i].iov_len -= step;
        sent -= step;
    }
}

enum vsc_err wire_send(int fd, const struct message *message, const struct deadline *deadline)
{
    const uint32_t len = (uint32_t)message->body.len;
    const uint16_t type = (uint16_t)message->type;
    unsigned char header[WIRE_HEADER] = {
        (unsigned char)(len >> 24), (unsigned char)(len >> 16), (unsigned char)(len >> 8),
        (unsigned char)len,         (unsigned char)(type >> 8), (unsigned char)type,
        WIRE_VERSION >> 8,          WIRE_VERSION & 0xff,
    };
    /* In two parts, so that no second copy of a body with a PIN comes into being. */
    struct iovec parts[2] = {{header, sizeof(header)}, {message->body.data, message->body.len}};
    struct msghdr frame = {.msg_iov = parts, .msg_iovlen = 2};

    if (buf_status(&message->body) != VSC_OK || message->body.len > wire_cap(type))
        return VSC_MEMORY;
    while (parts[0].iov_len + parts[1].iov_len > 0) {
        enum vsc_err err = deadline_wait(deadline, fd, POLLOUT);
        ssize_t sent;

        if (err != VSC_OK)
            return err;
        sent = sendmsg(fd, &frame, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && !is_try_again())
            return errno_to_err();
        if (sent > 0)
            advance(parts, (size_t)sent);
    }
    return VSC_OK;
}

/* Receive exactly `len` bytes. VSC_HELPER: the end came before the first of them. */
static enum vsc_err receive_all(int fd, unsigned char *to, size_t len,
                                const struct deadline *deadline)
{
    size_t got = 0;

    while (got < len) {
        enum vsc_err err = deadline_wait(deadline, fd, POLLIN);
        ssize_t step;

        if (err != VSC_OK)
            return err;
        step = recv(fd, to + got, len - got, MSG_DONTWAIT);
        if (step == 0)
            return got == 0 ? VSC_HELPER : VSC_PROTOCOL;
        if (step < 0 && !is_try_again())
            return errno_to_err();
        if (step > 0)
            got += (size_t)step;
    }
    return VSC_OK;
}

enum vsc_err wire_receive(int fd, struct message *ret_message, const struct deadline *deadline)
{
    unsigned char header[WIRE_HEADER];
    struct reader reader;
    uint32_t len;
    uint16_t type, version;
    unsigned char *body;
    enum vsc_err err;

    message_init(ret_message, WIRE_ERROR);
    err = receive_all(fd, header, sizeof(header), deadline);
    if (err != VSC_OK)
        return err;
    reader_init(&reader, header, sizeof(header));
    len = reader_u32(&reader);
    type = reader_u16(&reader);
    version = reader_u16(&reader);
    if (reader_end(&reader) != VSC_OK || version != WIRE_VERSION || wire_cap(type) == 0 ||
        len > wire_cap(type))
        return VSC_PROTOCOL;
    message_init(ret_message, (enum wire_type)type);
    if (len == 0)
        return VSC_OK;
    body = buf_extend(&ret_message->body, len);
    if (body == NULL)
        return VSC_MEMORY;
    err = receive_all(fd, body, len, deadline);
    if (err != VSC_OK)
        message_done(ret_message); /* half a body is none */
    return err == VSC_HELPER ? VSC_PROTOCOL : err;
}

enum vsc_err wire_take_error(const struct message *answer, struct problem *problem)
{
    struct problem told = {""};
    struct reader reader;
    uint16_t err;

    reader_init(&reader, answer->body.data, answer->body.len);
    err = reader_u16(&reader);
    reader_str(&reader, told.text, sizeof(told.text));
    if (answer->type != WIRE_ERROR || reader_end(&reader) != VSC_OK || err == VSC_OK ||
        err >= VSC_ERR_COUNT || !text_is_printable(told.text))
        return problem_set(problem, VSC_PROTOCOL, "a malformed ERROR message");
    return problem_set(problem, (enum vsc_err)err, "%s",
                       told.text[0] != '\0' ? told.text : vsc_strerror((enum vsc_err)err));
}

enum vsc_err wire_call(int fd, const struct message *request, enum wire_type answer_type,
                       struct message *ret_answer, const struct deadline *deadline,
                       struct problem *problem)
{
    const char *name = wire_type_name((uint16_t)request->type);
    enum vsc_err err;

    message_init(ret_answer, WIRE_ERROR);
    err = wire_send(fd, request, deadline);
    if (err == VSC_OK)
        err = wire_receive(fd, ret_answer, deadline);
    if (err != VSC_OK)
        return problem_set(problem, err, "%s: %s", name, vsc_strerror(err));
    if (ret_answer->type == answer_type)
        return VSC_OK;
    if (ret_answer->type == WIRE_ERROR)
        return wire_take_error(ret_answer, problem);
    return problem_set(problem, VSC_PROTOCOL, "%s: answered by %s", name,
                       wire_type_name((uint16_t)ret_answer->type));
}

enum vsc_err wire_send_error(int fd, enum vsc_err err, const char *text,
                             const struct deadline *deadline)
{
    auto_message struct message message;
    struct problem told = {""};

    message_init(&message, WIRE_ERROR);
    if (text != NULL)
        text_clean(told.text, sizeof(told.text), text);
    buf_u16(&message.body, (uint16_t)(err == VSC_OK ? VSC_SYSTEM : err));
    buf_str(&message.body, told.text);
    return wire_send(fd, &message, deadline);
}
