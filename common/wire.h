/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages between the module and the helpers (vsc-wire.7). A frame is
 *
 *     u32 length of the body · u16 type · u16 version (1) · body
 *
 * big-endian, over a stream socket. Each type has a cap on its body. The caller speaks first, and
 * every request has exactly one answer: its own, or ERROR. What is in a body stands in
 * common/wire_check.h and common/wire_card.h. Everything that is not a whole, known, well-formed
 * frame of the expected type is a failure.
 */
#ifndef VSC_COMMON_WIRE_H
#define VSC_COMMON_WIRE_H

#include <stdint.h>

#include "common/buf.h"
#include "common/deadline.h"
#include "common/err.h"
#include "common/problem.h"

#define WIRE_VERSION  1
#define WIRE_HEADER   8
#define WIRE_BODY_MAX (2u * 1024 * 1024)

/* name, number, cap of the body in bytes. The low byte has 0x80 set in an answer. */
#define VSC_MESSAGES(X)                                                                            \
    X(ERROR, 0x0080, 1024)                                                                         \
    X(CHECK_BEGIN, 0x0101, 4096)                                                                   \
    X(CHECK_BEGUN, 0x0181, 4096)                                                                   \
    X(CHECK_EVALUATE, 0x0102, WIRE_BODY_MAX)                                                       \
    X(CHECK_EVALUATED, 0x0182, 1024 * 1024)                                                        \
    X(CHECK_PROVE, 0x0103, 4096)                                                                   \
    X(CHECK_ACCEPTED, 0x0183, 8192)                                                                \
    X(CHECK_REFUSED, 0x0184, 8192)                                                                 \
    X(CHECK_RECHECK, 0x0105, 256 * 1024)                                                           \
    X(CHECK_RECHECKED, 0x0185, 8192)                                                               \
    X(CHECK_SERVICE, 0x0106, 16)                                                                   \
    X(CHECK_SERVED, 0x0186, 16)                                                                    \
    X(CHECK_BEGUN_TICKET, 0x0187, 4096)                                                            \
    X(CHECK_STALE, 0x0108, 16)                                                                     \
    X(CHECK_STALE_TOLD, 0x0188, 1024)                                                              \
    X(CARD_LIST, 0x0201, 16)                                                                       \
    X(CARD_LISTED, 0x0281, WIRE_BODY_MAX)                                                          \
    X(CARD_STATE, 0x0202, 256)                                                                     \
    X(CARD_STATED, 0x0282, 256)                                                                    \
    X(CARD_PREPARE, 0x0203, 256)                                                                   \
    X(CARD_PREPARED, 0x0283, 16)                                                                   \
    X(CARD_SIGN, 0x0204, 1024)                                                                     \
    X(CARD_SIGNED, 0x0284, 2048)                                                                   \
    X(CARD_CHANGE_PIN, 0x0205, 1024)                                                               \
    X(CARD_CHANGED_PIN, 0x0285, 256)                                                               \
    X(CARD_PUBLIC, 0x0206, 256)                                                                    \
    X(CARD_PUBLISHED, 0x0286, 2048)                                                                \
    X(CARD_GENERATE, 0x0207, 256)                                                                  \
    X(CARD_GENERATED, 0x0287, 2048)                                                                \
    X(CARD_STORE, 0x0208, 128 * 1024)                                                              \
    X(CARD_STORED, 0x0288, 2048)                                                                   \
    X(CARD_DELETE_KEY, 0x0209, 256)                                                                \
    X(CARD_DELETED_KEY, 0x0289, 16)                                                                \
    X(CARD_UNBLOCK, 0x020A, 1024)                                                                  \
    X(CARD_UNBLOCKED, 0x028A, 256)                                                                 \
    X(CARD_CHANGE_PUK, 0x020B, 1024)                                                               \
    X(CARD_CHANGED_PUK, 0x028B, 256)                                                               \
    X(CARD_CHALLENGE, 0x020C, 256)                                                                 \
    X(CARD_CHALLENGED, 0x028C, 512)                                                                \
    X(CARD_ANSWER, 0x020D, 1024)                                                                   \
    X(CARD_ANSWERED, 0x028D, 256)                                                                  \
    X(CARD_WATCH, 0x020E, 16)                                                                      \
    X(CARD_WATCHED, 0x028E, 1024 * 1024)                                                           \
    X(CARD_FIND_TOKEN, 0x0210, 256)                                                                \
    X(CARD_FOUND_TOKEN, 0x0290, 64)                                                                \
    X(CARD_SIGN_AS, 0x0211, 1024)                                                                  \
    X(CARD_SIGNED_AS, 0x0291, 2048)                                                                \
    X(CARD_VERIFY, 0x0212, 512)                                                                    \
    X(CARD_VERIFIED, 0x0292, 256)                                                                  \
    X(CARD_ATTEST, 0x0213, 512)                                                                    \
    X(CARD_ATTESTED, 0x0293, 128 * 1024)                                                           \
    X(TGT_GET, 0x0301, 4096)                                                                       \
    X(TGT_GOT, 0x0381, 4096)                                                                       \
    X(TGT_PLACE, 0x0302, 4096)                                                                     \
    X(TGT_PLACED, 0x0382, 4096)                                                                    \
    X(TGT_RENEW, 0x0303, 4096)                                                                     \
    X(TGT_RENEWED, 0x0383, 4096)                                                                   \
    X(TGT_REMOVE, 0x0304, 4096)                                                                    \
    X(TGT_REMOVED, 0x0384, 4096)

enum wire_type {
#define VSC_MESSAGE_ENUM(name, number, cap) WIRE_##name = (number),
    VSC_MESSAGES(VSC_MESSAGE_ENUM)
#undef VSC_MESSAGE_ENUM
};

struct message {
    enum wire_type type;
    struct buf body; /* owned */
};

#define auto_message __attribute__((cleanup(message_done)))

/* The cap of a type's body; 0 for a number that is no type's. */
uint32_t wire_cap(uint16_t type);
/* "CARD_SIGN"; "unknown" for a number that is no type's. */
const char *wire_type_name(uint16_t type);

/* Make an empty message to encode into: its body takes no more than the type's cap. */
void message_init(struct message *message, enum wire_type type);
void message_done(struct message *message);

/*
 * Send a whole frame: VSC_OK, VSC_TIMEOUT, VSC_HELPER (the other end is gone), VSC_MEMORY (the body
 * did not fit its cap). Never raises SIGPIPE.
 */
must_check enum vsc_err wire_send(int fd, const struct message *message,
                                  const struct deadline *deadline);
/*
 * Receive one whole frame of any known type into `ret_message` (initialised by the call; the caller
 * releases it, also after a failure). VSC_HELPER: the other end is gone; VSC_PROTOCOL: version,
 * type or length are wrong, or the end came inside a frame.
 */
must_check enum vsc_err wire_receive(int fd, struct message *ret_message,
                                     const struct deadline *deadline);
/*
 * Send a request and receive its answer. An ERROR becomes its code, with its text in `problem`
 * (may be NULL); an answer of a type other than `answer_type` is VSC_PROTOCOL. The caller releases
 * `ret_answer`, also after a failure.
 */
must_check enum vsc_err wire_call(int fd, const struct message *request, enum wire_type answer_type,
                                  struct message *ret_answer, const struct deadline *deadline,
                                  struct problem *problem);
/*
 * What an ERROR message says: its code, with its text in `problem` (may be NULL). VSC_PROTOCOL for
 * a malformed one, and for a message of another type: never VSC_OK.
 */
must_check enum vsc_err wire_take_error(const struct message *answer, struct problem *problem);
/* Answer with an ERROR: `err` is never VSC_OK; `text` may be NULL. */
must_check enum vsc_err wire_send_error(int fd, enum vsc_err err, const char *text,
                                        const struct deadline *deadline);

#endif
