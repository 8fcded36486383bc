/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What can go wrong, in one table: name, exit status of a command, text.
 * The numbers travel on the wire (ERROR, see vsc-wire.7): append, never reorder.
 * Why a certificate was refused is data, not an error: see common/reason.h.
 */
#ifndef VSC_COMMON_ERR_H
#define VSC_COMMON_ERR_H

#define VSC_ERRORS(X)                                                                              \
    X(OK, 0, "success")                                                                            \
    X(NO_CARD, 1, "no such card")                                                                  \
    X(NO_KEY, 1, "no such key on the card")                                                        \
    X(PIN, 1, "wrong PIN")                                                                         \
    X(PIN_BLOCKED, 1, "the card is blocked")                                                       \
    X(PIN_POLICY, 1, "the PIN does not fit the card's policy")                                     \
    X(ADMIN_KEY, 1, "wrong administrator key")                                                     \
    X(TPM_LOCKED, 1, "the security chip is locked")                                                \
    X(CARD_GONE, 1, "the card cannot be opened in this computer any more")                         \
    X(DENIED, 1, "not permitted")                                                                  \
    X(CERT, 1, "malformed certificate")                                                            \
    X(EXISTS, 1, "exists already")                                                                 \
    X(USAGE, 2, "usage error")                                                                     \
    X(CONFIG, 2, "configuration error")                                                            \
    X(INPUT, 2, "unreadable input")                                                                \
    X(NOT_BUILT, 2, "not built yet")                                                               \
    X(UNTRUSTED, 3, "a file or folder could be changed by others")                                 \
    X(MEMORY, 3, "out of memory")                                                                  \
    X(SYSTEM, 3, "system error")                                                                   \
    X(TPM, 3, "TPM error")                                                                         \
    X(TOKEN, 3, "PKCS#11 token error")                                                             \
    X(STORE, 3, "the card's files are damaged")                                                    \
    X(PROTOCOL, 3, "malformed message")                                                            \
    X(TIMEOUT, 3, "the deadline passed")                                                           \
    X(HELPER, 3, "a helper cannot be used")                                                        \
    X(PUK, 1, "wrong PUK")                                                                         \
    X(PUK_BLOCKED, 1, "the PUK is blocked")                                                        \
    X(UNWELL, 1, "something needs attention")

enum vsc_err {
#define VSC_ERR_ENUM(name, exit_status, text) VSC_##name,
    VSC_ERRORS(VSC_ERR_ENUM)
#undef VSC_ERR_ENUM
    VSC_ERR_COUNT
};

#define must_check __attribute__((warn_unused_result))

/* The text of `err`; never NULL, also for a number that is none of the table's. */
const char *vsc_strerror(enum vsc_err err);

/* The exit status of a command that ends with `err`: 0 done, 1 refused, 2 usage, 3 system. */
int vsc_exit_status(enum vsc_err err);

#endif
