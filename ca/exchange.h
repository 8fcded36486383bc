/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What local-ca-submit and vsc-ca-serve say to each other over the CA's socket: one question, one
 * answer (local-ca-submit.8, "The exchange"). Each is a frame: its length as u32, big-endian, then
 * so many bytes. Both sides take nothing that is longer, shorter or another version.
 */
#ifndef VSC_CA_EXCHANGE_H
#define VSC_CA_EXCHANGE_H

#include <stddef.h>

#include "common/buf.h"
#include "common/deadline.h"
#include "common/err.h"

#define EXCHANGE_SOCKET     "/run/pam_vsc/ca.sock"
#define EXCHANGE_CSR_MAX    65536u
#define EXCHANGE_BUNDLE_MAX 1048576u
#define EXCHANGE_TEXT_MAX   262144u
#define EXCHANGE_FRAME_MAX  (EXCHANGE_CSR_MAX + EXCHANGE_BUNDLE_MAX + 1024u)

/* The exit codes of certmonger's helpers. */
enum ca_status {
    CA_ISSUED = 0, /* and what else was asked for and is told */
    CA_WAIT_OFTEN = 1,
    CA_REJECTED = 2,
    CA_UNREACHABLE = 3,
    CA_UNCONFIGURED = 4,
    CA_WAIT = 5, /* seconds, newline, cookie */
    CA_UNSUPPORTED = 6,
};

struct question {
    char operation[40]; /* letters and "-", a letter first */
    char template[65];  /* letters, digits, blanks, ". _ -", or empty; none of ". -" first */
    char cookie[33];    /* hexadecimal digits, or empty */
    const unsigned char *csr, *bundle; /* borrowed; never NULL in what was read */
    size_t csr_len, bundle_len;
};

struct answer {
    enum ca_status status;
    const unsigned char *text; /* borrowed */
    size_t len;
};

/* Whether the words of a question are made of the characters above. */
bool question_is_sound(const struct question *question);

/* Write a frame's content. VSC_INPUT: something is longer than it may be, or not sound. */
must_check enum vsc_err question_write(const struct question *question, struct buf *ret_content);
must_check enum vsc_err answer_write(const struct answer *answer, struct buf *ret_content);
/* Read it; what is borrowed lies in `content`. VSC_PROTOCOL for anything else. */
must_check enum vsc_err question_read(const struct buf *content, struct question *ret_question);
must_check enum vsc_err answer_read(const struct buf *content, struct answer *ret_answer);

/* VSC_TIMEOUT, VSC_PROTOCOL (the peer went away, or announces too much), VSC_MEMORY, VSC_SYSTEM. */
must_check enum vsc_err frame_send(int fd, const struct buf *content,
                                   const struct deadline *deadline);
must_check enum vsc_err frame_receive(int fd, size_t max, struct buf *ret_content,
                                      const struct deadline *deadline);

#endif
