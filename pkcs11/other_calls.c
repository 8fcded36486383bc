/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What this module does not do: nothing is put on a card by it, and its keys only sign. An
 * application hears of a missing C_Initialize or a wrong session first, as everywhere.
 */
#include "pkcs11/module.h"

static unsigned long without(unsigned long handle, unsigned long rv)
{
    struct session *session;
    unsigned long entered = module_enter_session(handle, &session);

    return entered == CKR_OK ? module_leave(rv) : entered;
}

unsigned long C_InitToken(unsigned long slot, unsigned char *pin, unsigned long pin_len,
                          unsigned char *label)
{
    unsigned long rv = module_enter();

    (void)slot;
    (void)pin;
    (void)pin_len;
    (void)label;
    return rv == CKR_OK ? module_leave(CKR_FUNCTION_NOT_SUPPORTED) : rv;
}

unsigned long C_InitPIN(unsigned long session, unsigned char *pin, unsigned long pin_len)
{
    (void)pin;
    (void)pin_len;
    return without(session, CKR_FUNCTION_NOT_SUPPORTED);
}

unsigned long C_GetOperationState(unsigned long session, unsigned char *state, unsigned long *len)
{
    (void)state;
    (void)len;
    return without(session, CKR_FUNCTION_NOT_SUPPORTED);
}

unsigned long C_SetOperationState(unsigned long session, unsigned char *state, unsigned long len,
                                  unsigned long encryption, unsigned long authentication)
{
    (void)state;
    (void)len;
    (void)encryption;
    (void)authentication;
    return without(session, CKR_FUNCTION_NOT_SUPPORTED);
}

unsigned long C_CreateObject(unsigned long session, struct ck_attribute *attributes,
                             unsigned long count, unsigned long *object)
{
    (void)attributes;
    (void)count;
    (void)object;
    return without(session, CKR_FUNCTION_NOT_SUPPORTED);
}

unsigned long C_CopyObject(unsigned long session, unsigned long object,
                           struct ck_attribute *attributes, unsigned long count,
                           unsigned long *copy)
{
    (void)object;
    (void)attributes;
    (void)count;
    (void)copy;
    return without(session, CKR_FUNCTION_NOT_SUPPORTED);
}

unsigned long C_DestroyObject(unsigned long session, unsigned long object)
{
    (void)object;
    return without(session, CKR_FUNCTION_NOT_SUPPORTED);
}

unsigned long C_SetAttributeValue(unsigned long session, unsigned long object,
                                  struct ck_attribute *attributes, unsigned long count)
{
    (void)object;
    (void)attributes;
    (void)count;
    return without(session, CKR_FUNCTION_NOT_SUPPORTED);
}

unsigned long C_EncryptInit(unsigned long session, struct ck_mechanism *mechanism,
                            unsigned long key)
{
    (void)mechanism;
    (void)key;
    return without(session, CKR_FUNCTION_NOT_SUPPORTED);
}

unsigned long C_Encrypt(unsigned long session, unsigned char *data, unsigned long data_len,
                        unsigned char *out, unsigned long *out_len)
{
    (void)data;
    (void)data_len;
    (void)out;
    (void)out_len;
    return without(session, CKR_FUNCTION_NOT_SUPPORTED);
}

unsigned long C_EncryptUpdate(unsigned long session, unsigned char *data, unsigned long data_len,
                              unsigned char *out, unsigned long *out_len)
{
    (void)data;
    (void)data_len;
    (void)out;
    (void)out_len;
    return without(session, CKR_FUNCTION_NOT_SUPPORTED);
}

unsigned long C_EncryptFinal(unsigned long session, unsigned char *out, unsigned long *out_len)
{
    (void)out;
    (void)out_len;
    return without(session, CKR_FUNCTION_NOT_SUPPORTED);
}

unsigned long C_DecryptInit(unsigned long session, struct ck_mechanism *mechanism,
                            unsigned long key)
{
    (void)mechanism;
    (void)key;
    return without(session, CKR_FUNCTION_NOT_SUPPORTED);
}

unsigned long C_Decrypt(unsigned long session, unsigned char *data, unsigned long data_len,
                        unsigned char *out, unsigned long *out_len)
{
    (void)data;
    (void)data_len;
    (void)out;
    (void)out_len;
    return without(session, CKR_FUNCTION_NOT_SUPPORTED);
}

unsigned long C_DecryptUpdate(unsigned long session, unsigned char *data, unsigned long data_len,
                              unsigned char *out, unsigned long *out_len)
{
    (void)data;
    (void)data_len;
    (void)out;
    (void)out_len;
    return without(session, CKR_FUNCTION_NOT_SUPPORTED);
}

unsigned long C_DecryptFinal(unsigned long session, unsigned char *out, unsigned long *out_len)
{
    (void)out;
    (void)out_len;
    return without(session, CKR_FUNCTION_NOT_SUPPORTED);
}

unsigned long C_DigestInit(unsigned long session, struct ck_mechanism *mechanism)
{
    (void)mechanism;
    return without(session, CKR_FUNCTION_NOT_SUPPORTED);
}

unsigned long C_Digest(unsigned long session, unsigned char *data, unsigned long data_len,
                       unsigned char *out, unsigned long *out_len)
{
    (void)data;
    (void)data_len;
    (void)out;
    (void)out_len;
    return without(session, CKR_FUNCTION_NOT_SUPPORTED);
}

unsigned long C_DigestUpdate(unsigned long session, unsigned char *data, unsigned long data_len)
{
    (void)data;
    (void)data_len;
    return without(session, CKR_FUNCTION_NOT_SUPPORTED);
}

unsigned long C_DigestKey(unsigned long session, unsigned long key)
{
    (void)key;
    return without(session, CKR_FUNCTION_NOT_SUPPORTED);
}

unsigned long C_DigestFinal(unsigned long session, unsigned char *out, unsigned long *out_len)
{
    (void)out;
    (void)out_len;
    return without(session, CKR_FUNCTION_NOT_SUPPORTED);
}

unsigned long C_SignRecoverInit(unsigned long session, struct ck_mechanism *mechanism,
                                unsigned long key)
{
    (void)mechanism;
    (void)key;
    return without(session, CKR_FUNCTION_NOT_SUPPORTED);
}

unsigned long C_SignRecover(unsigned long session, unsigned char *data, unsigned long data_len,
                            unsigned char *signature, unsigned long *signature_len)
{
    (void)data;
    (void)data_len;
    (void)signature;
    (void)signature_len;
    return without(session, CKR_FUNCTION_NOT_SUPPORTED);
}

unsigned long C_VerifyInit(unsigned long session, struct ck_mechanism *mechanism, unsigned long key)
{
    (void)mechanism;
    (void)key;
    return without(session, CKR_FUNCTION_NOT_SUPPORTED);
}

unsigned long C_Verify(unsigned long session, unsigned char *data, unsigned long data_len,
                       unsigned char *signature, unsigned long signature_len)
{
    (void)data;
    (void)data_len;
    (void)signature;
    (void)signature_len;
    return without(session, CKR_FUNCTION_NOT_SUPPORTED);
}

unsigned long C_VerifyUpdate(unsigned long session, unsigned char *data, unsigned long data_len)
{
    (void)data;
    (void)data_len;
    return without(session, CKR_FUNCTION_NOT_SUPPORTED);
}

unsigned long C_VerifyFinal(unsigned long session, unsigned char *signature,
                            unsigned long signature_len)
{
    (void)signature;
    (void)signature_len;
    return without(session, CKR_FUNCTION_NOT_SUPPORTED);
}

unsigned long C_VerifyRecoverInit(unsigned long session, struct ck_mechanism *mechanism,
                                  unsigned long key)
{
    (void)mechanism;
    (void)key;
    return without(session, CKR_FUNCTION_NOT_SUPPORTED);
}

unsigned long C_VerifyRecover(unsigned long session, unsigned char *signature,
                              unsigned long signature_len, unsigned char *data,
                              unsigned long *data_len)
{
    (void)signature;
    (void)signature_len;
    (void)data;
    (void)data_len;
    return without(session, CKR_FUNCTION_NOT_SUPPORTED);
}

unsigned long C_DigestEncryptUpdate(unsigned long session, unsigned char *data,
                                    unsigned long data_len, unsigned char *out,
                                    unsigned long *out_len)
{
    (void)data;
    (void)data_len;
    (void)out;
    (void)out_len;
    return without(session, CKR_FUNCTION_NOT_SUPPORTED);
}

unsigned long C_DecryptDigestUpdate(unsigned long session, unsigned char *data,
                                    unsigned long data_len, unsigned char *out,
                                    unsigned long *out_len)
{
    (void)data;
    (void)data_len;
    (void)out;
    (void)out_len;
    return without(session, CKR_FUNCTION_NOT_SUPPORTED);
}

unsigned long C_SignEncryptUpdate(unsigned long session, unsigned char *data,
                                  unsigned long data_len, unsigned char *out,
                                  unsigned long *out_len)
{
    (void)data;
    (void)data_len;
    (void)out;
    (void)out_len;
    return without(session, CKR_FUNCTION_NOT_SUPPORTED);
}

unsigned long C_DecryptVerifyUpdate(unsigned long session, unsigned char *data,
                                    unsigned long data_len, unsigned char *out,
                                    unsigned long *out_len)
{
    (void)data;
    (void)data_len;
    (void)out;
    (void)out_len;
    return without(session, CKR_FUNCTION_NOT_SUPPORTED);
}

unsigned long C_GenerateKey(unsigned long session, struct ck_mechanism *mechanism,
                            struct ck_attribute *attributes, unsigned long count,
                            unsigned long *key)
{
    (void)mechanism;
    (void)attributes;
    (void)count;
    (void)key;
    return without(session, CKR_FUNCTION_NOT_SUPPORTED);
}

unsigned long C_GenerateKeyPair(unsigned long session, struct ck_mechanism *mechanism,
                                struct ck_attribute *public, unsigned long public_count,
                                struct ck_attribute *private, unsigned long private_count,
                                unsigned long *public_key, unsigned long *private_key)
{
    (void)mechanism;
    (void)public;
    (void)public_count;
    (void)private;
    (void)private_count;
    (void)public_key;
    (void)private_key;
    return without(session, CKR_FUNCTION_NOT_SUPPORTED);
}

unsigned long C_WrapKey(unsigned long session, struct ck_mechanism *mechanism,
                        unsigned long wrapping, unsigned long key, unsigned char *out,
                        unsigned long *out_len)
{
    (void)mechanism;
    (void)wrapping;
    (void)key;
    (void)out;
    (void)out_len;
    return without(session, CKR_FUNCTION_NOT_SUPPORTED);
}

unsigned long C_UnwrapKey(unsigned long session, struct ck_mechanism *mechanism,
                          unsigned long unwrapping, unsigned char *wrapped,
                          unsigned long wrapped_len, struct ck_attribute *attributes,
                          unsigned long count, unsigned long *key)
{
    (void)mechanism;
    (void)unwrapping;
    (void)wrapped;
    (void)wrapped_len;
    (void)attributes;
    (void)count;
    (void)key;
    return without(session, CKR_FUNCTION_NOT_SUPPORTED);
}

unsigned long C_DeriveKey(unsigned long session, struct ck_mechanism *mechanism, unsigned long base,
                          struct ck_attribute *attributes, unsigned long count, unsigned long *key)
{
    (void)mechanism;
    (void)base;
    (void)attributes;
    (void)count;
    (void)key;
    return without(session, CKR_FUNCTION_NOT_SUPPORTED);
}

unsigned long C_SeedRandom(unsigned long session, unsigned char *seed, unsigned long len)
{
    (void)seed;
    (void)len;
    return without(session, CKR_RANDOM_NO_RNG);
}

unsigned long C_GenerateRandom(unsigned long session, unsigned char *random, unsigned long len)
{
    (void)random;
    (void)len;
    return without(session, CKR_RANDOM_NO_RNG);
}

unsigned long C_GetFunctionStatus(unsigned long session)
{
    return without(session, CKR_FUNCTION_NOT_PARALLEL);
}

unsigned long C_CancelFunction(unsigned long session)
{
    return without(session, CKR_FUNCTION_NOT_PARALLEL);
}
