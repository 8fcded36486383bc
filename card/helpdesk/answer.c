/* SPDX-License-Identifier: BSD-2-Clause */
/* The help desk's side, see the header. */
#include "card/helpdesk/answer.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#include "card/tpm/policy.h"
#include "common/hex.h"

enum vsc_err helpdesk_card_key(const struct secret *master, const unsigned char serial[SERIAL_SIZE],
                               unsigned char ret_key[HELPDESK_KEY_SIZE])
{
    unsigned len = 0;

    return HMAC(EVP_sha256(), master->bytes, (int)master->len, serial, SERIAL_SIZE, ret_key,
                &len) != NULL
               ? VSC_OK
               : VSC_MEMORY;
}

/* aHash = H(nonceTPM || expiration || cpHashA || policyRef); negative: the TPM gives a ticket. */
enum vsc_err helpdesk_answer(const struct secret *master, const unsigned char serial[SERIAL_SIZE],
                             const unsigned char challenge[HELPDESK_CHALLENGE_SIZE],
                             unsigned seconds, unsigned char ret_answer[HELPDESK_ANSWER_SIZE])
{
    const uint32_t expiration = 0u - seconds;
    unsigned char key[HELPDESK_KEY_SIZE], digest[TPM2_SHA256_DIGEST_SIZE];
    unsigned char rest[sizeof expiration + SERIAL_SIZE];
    unsigned len = 0;
    enum vsc_err err;

    for (size_t i = 0; i < sizeof expiration; i++)
        rest[i] = (unsigned char)(expiration >> (24 - 8 * i));
    memcpy(rest + sizeof expiration, serial, SERIAL_SIZE);
    err = sha256_of(challenge, HELPDESK_CHALLENGE_SIZE, rest, sizeof rest, digest);
    if (err == VSC_OK)
        err = helpdesk_card_key(master, serial, key);
    if (err == VSC_OK &&
        HMAC(EVP_sha256(), key, sizeof key, digest, sizeof digest, ret_answer, &len) == NULL)
        err = VSC_MEMORY;
    explicit_bzero(key, sizeof key);
    return err;
}

enum vsc_err helpdesk_master_parse(struct secret *master, struct problem *problem)
{
    unsigned char bytes[HELPDESK_MASTER_SIZE];
    size_t count = 0;
    enum vsc_err err = VSC_INPUT;

    if (hex_read(master->bytes, master->len, sizeof bytes, bytes, &count) && count == sizeof bytes)
        err = secret_set(master, bytes, sizeof bytes);
    explicit_bzero(bytes, sizeof bytes);
    return err == VSC_OK ? err
                         : problem_set(problem, VSC_INPUT,
                                       "a help desk's master key has %d hexadecimal digits",
                                       2 * HELPDESK_MASTER_SIZE);
}
