/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PKCS #11 2.40's binary interface (OASIS, "Cryptographic Token Interface Base Specification",
 * sections 3 and 5), as far as it is used here: by vsc-card, which loads modules, and by the
 * modules that other programs load. The names are ours, numbers and layouts are the standard's;
 * everything is an unsigned long, as there.
 */
#ifndef VSC_COMMON_CRYPTOKI_H
#define VSC_COMMON_CRYPTOKI_H

#include <stddef.h>

#define CK_UNAVAILABLE                     (~0ul)

#define CKR_OK                             0x000ul
#define CKR_HOST_MEMORY                    0x002ul
#define CKR_SLOT_ID_INVALID                0x003ul
#define CKR_GENERAL_ERROR                  0x005ul
#define CKR_FUNCTION_FAILED                0x006ul
#define CKR_ARGUMENTS_BAD                  0x007ul
#define CKR_NO_EVENT                       0x008ul
#define CKR_NEED_TO_CREATE_THREADS         0x009ul
#define CKR_CANT_LOCK                      0x00aul
#define CKR_ATTRIBUTE_SENSITIVE            0x011ul
#define CKR_ATTRIBUTE_TYPE_INVALID         0x012ul
#define CKR_DATA_INVALID                   0x020ul
#define CKR_DATA_LEN_RANGE                 0x021ul
#define CKR_DEVICE_ERROR                   0x030ul
#define CKR_DEVICE_REMOVED                 0x032ul
#define CKR_FUNCTION_NOT_PARALLEL          0x051ul
#define CKR_FUNCTION_NOT_SUPPORTED         0x054ul
#define CKR_KEY_HANDLE_INVALID             0x060ul
#define CKR_KEY_TYPE_INCONSISTENT          0x063ul
#define CKR_KEY_FUNCTION_NOT_PERMITTED     0x068ul
#define CKR_MECHANISM_INVALID              0x070ul
#define CKR_MECHANISM_PARAM_INVALID        0x071ul
#define CKR_OBJECT_HANDLE_INVALID          0x082ul
#define CKR_OPERATION_ACTIVE               0x090ul
#define CKR_OPERATION_NOT_INITIALIZED      0x091ul
#define CKR_PIN_INCORRECT                  0x0a0ul
#define CKR_PIN_INVALID                    0x0a1ul
#define CKR_PIN_LEN_RANGE                  0x0a2ul
#define CKR_PIN_EXPIRED                    0x0a3ul
#define CKR_PIN_LOCKED                     0x0a4ul
#define CKR_SESSION_COUNT                  0x0b1ul
#define CKR_SESSION_HANDLE_INVALID         0x0b3ul
#define CKR_SESSION_PARALLEL_NOT_SUPPORTED 0x0b4ul
#define CKR_SESSION_READ_ONLY              0x0b5ul
#define CKR_TOKEN_NOT_PRESENT              0x0e0ul
#define CKR_TOKEN_NOT_RECOGNIZED           0x0e1ul
#define CKR_TOKEN_WRITE_PROTECTED          0x0e2ul
#define CKR_USER_ALREADY_LOGGED_IN         0x100ul
#define CKR_USER_NOT_LOGGED_IN             0x101ul
#define CKR_USER_PIN_NOT_INITIALIZED       0x102ul
#define CKR_USER_TYPE_INVALID              0x103ul
#define CKR_USER_ANOTHER_ALREADY_LOGGED_IN 0x104ul
#define CKR_RANDOM_NO_RNG                  0x121ul
#define CKR_BUFFER_TOO_SMALL               0x150ul
#define CKR_CRYPTOKI_NOT_INITIALIZED       0x190ul
#define CKR_CRYPTOKI_ALREADY_INITIALIZED   0x191ul
#define CKR_PIN_TOO_WEAK                   0x1c3ul

#define CKF_TOKEN_PRESENT                  0x1ul /* of a slot */
#define CKF_REMOVABLE_DEVICE               0x2ul
#define CKF_HW_SLOT                        0x4ul
#define CKF_WRITE_PROTECTED                0x2ul /* of a token */
#define CKF_LOGIN_REQUIRED                 0x4ul
#define CKF_USER_PIN_INITIALIZED           0x8ul
#define CKF_TOKEN_INITIALIZED              0x00000400ul
#define CKF_USER_PIN_COUNT_LOW             0x00010000ul
#define CKF_USER_PIN_FINAL_TRY             0x00020000ul
#define CKF_USER_PIN_LOCKED                0x00040000ul
#define CKF_USER_PIN_TO_BE_CHANGED         0x00080000ul
#define CKF_RW_SESSION                     0x2ul /* of a session */
#define CKF_SERIAL_SESSION                 0x4ul
#define CKF_HW                             0x1ul /* of a mechanism */
#define CKF_SIGN                           0x800ul
#define CKF_EC_F_P                         0x00100000ul
#define CKF_EC_NAMEDCURVE                  0x00800000ul
#define CKF_EC_UNCOMPRESS                  0x01000000ul
#define CKF_LIBRARY_CANT_CREATE_OS_THREADS 0x1ul /* of C_Initialize */
#define CKF_OS_LOCKING_OK                  0x2ul
#define CKF_DONT_BLOCK                     0x1ul /* of C_WaitForSlotEvent */

#define CKS_RO_PUBLIC                      0ul
#define CKS_RO_USER                        1ul
#define CKS_RW_PUBLIC                      2ul
#define CKS_RW_USER                        3ul

#define CKU_SO                             0ul
#define CKU_USER                           1ul
#define CKU_CONTEXT_SPECIFIC               2ul

#define CKA_CLASS                          0x000ul
#define CKA_TOKEN                          0x001ul
#define CKA_PRIVATE                        0x002ul
#define CKA_LABEL                          0x003ul
#define CKA_VALUE                          0x011ul
#define CKA_CERTIFICATE_TYPE               0x080ul
#define CKA_ISSUER                         0x081ul
#define CKA_SERIAL_NUMBER                  0x082ul
#define CKA_TRUSTED                        0x086ul
#define CKA_CERTIFICATE_CATEGORY           0x087ul
#define CKA_KEY_TYPE                       0x100ul
#define CKA_SUBJECT                        0x101ul
#define CKA_ID                             0x102ul
#define CKA_SENSITIVE                      0x103ul
#define CKA_ENCRYPT                        0x104ul
#define CKA_DECRYPT                        0x105ul
#define CKA_WRAP                           0x106ul
#define CKA_UNWRAP                         0x107ul
#define CKA_SIGN                           0x108ul
#define CKA_SIGN_RECOVER                   0x109ul
#define CKA_VERIFY                         0x10aul
#define CKA_VERIFY_RECOVER                 0x10bul
#define CKA_DERIVE                         0x10cul
#define CKA_START_DATE                     0x110ul
#define CKA_END_DATE                       0x111ul
#define CKA_MODULUS                        0x120ul
#define CKA_MODULUS_BITS                   0x121ul
#define CKA_PUBLIC_EXPONENT                0x122ul
#define CKA_PRIVATE_EXPONENT               0x123ul
#define CKA_PRIME_1                        0x124ul
#define CKA_COEFFICIENT                    0x128ul
#define CKA_PUBLIC_KEY_INFO                0x129ul
#define CKA_EXTRACTABLE                    0x162ul
#define CKA_LOCAL                          0x163ul
#define CKA_NEVER_EXTRACTABLE              0x164ul
#define CKA_ALWAYS_SENSITIVE               0x165ul
#define CKA_KEY_GEN_MECHANISM              0x166ul
#define CKA_MODIFIABLE                     0x170ul
#define CKA_COPYABLE                       0x171ul
#define CKA_DESTROYABLE                    0x172ul
#define CKA_EC_PARAMS                      0x180ul
#define CKA_EC_POINT                       0x181ul
#define CKA_ALWAYS_AUTHENTICATE            0x202ul
#define CKA_WRAP_WITH_TRUSTED              0x210ul

#define CKO_CERTIFICATE                    1ul
#define CKO_PUBLIC_KEY                     2ul
#define CKO_PRIVATE_KEY                    3ul
#define CKC_X_509                          0ul
#define CKK_RSA                            0ul
#define CKK_EC                             3ul
#define CKM_RSA_PKCS_KEY_PAIR_GEN          0x0000ul
#define CKM_RSA_PKCS                       0x0001ul
#define CKM_RSA_PKCS_PSS                   0x000dul
#define CKM_SHA256                         0x0250ul
#define CKM_SHA384                         0x0260ul
#define CKM_SHA512                         0x0270ul
#define CKM_EC_KEY_PAIR_GEN                0x1040ul
#define CKM_ECDSA                          0x1041ul
#define CKG_MGF1_SHA256                    2ul
#define CKG_MGF1_SHA384                    3ul
#define CKG_MGF1_SHA512                    4ul

struct ck_version {
    unsigned char major, minor;
};

struct ck_info {
    struct ck_version cryptoki;
    unsigned char manufacturer[32];
    unsigned long flags;
    unsigned char description[32];
    struct ck_version library;
};

struct ck_slot_info {
    unsigned char description[64], manufacturer[32];
    unsigned long flags;
    struct ck_version hardware, firmware;
};

struct ck_token_info {
    unsigned char label[32], manufacturer[32], model[16], serial[16];
    unsigned long flags;
    unsigned long max_sessions, sessions, max_rw_sessions, rw_sessions;
    unsigned long max_pin_len, min_pin_len;
    unsigned long total_public, free_public, total_private, free_private;
    struct ck_version hardware, firmware;
    unsigned char utc_time[16];
};

struct ck_session_info {
    unsigned long slot, state, flags, device_error;
};

struct ck_attribute {
    unsigned long type;
    void *value;
    unsigned long len;
};

struct ck_mechanism {
    unsigned long mechanism;
    void *parameter;
    unsigned long parameter_len;
};

struct ck_mechanism_info {
    unsigned long min_key_size, max_key_size; /* bits */
    unsigned long flags;
};

struct ck_rsa_pss_params {
    unsigned long hash, mgf, salt_len;
};

/* The functions that a program may lend a module for locking: all four or none. */
struct ck_initialize_args {
    unsigned long (*create_mutex)(void **mutex);
    unsigned long (*destroy_mutex)(void *mutex);
    unsigned long (*lock_mutex)(void *mutex);
    unsigned long (*unlock_mutex)(void *mutex);
    unsigned long flags;
    void *reserved;
};

struct ck_functions;

/* Each function once, in the order of CK_FUNCTION_LIST: our name, the standard's, its parameters.
 */
#define VSC_CRYPTOKI(X)                                                                            \
    X(initialize, C_Initialize, (void *args))                                                      \
    X(finalize, C_Finalize, (void *reserved))                                                      \
    X(get_info, C_GetInfo, (struct ck_info * info))                                                \
    X(get_function_list, C_GetFunctionList, (const struct ck_functions **list))                    \
    X(get_slot_list, C_GetSlotList,                                                                \
      (unsigned char present, unsigned long *slots, unsigned long *count))                         \
    X(get_slot_info, C_GetSlotInfo, (unsigned long slot, struct ck_slot_info *info))               \
    X(get_token_info, C_GetTokenInfo, (unsigned long slot, struct ck_token_info *info))            \
    X(get_mechanism_list, C_GetMechanismList,                                                      \
      (unsigned long slot, unsigned long *mechanisms, unsigned long *count))                       \
    X(get_mechanism_info, C_GetMechanismInfo,                                                      \
      (unsigned long slot, unsigned long mechanism, struct ck_mechanism_info *info))               \
    X(init_token, C_InitToken,                                                                     \
      (unsigned long slot, unsigned char *pin, unsigned long pin_len, unsigned char *label))       \
    X(init_pin, C_InitPIN, (unsigned long session, unsigned char *pin, unsigned long pin_len))     \
    X(set_pin, C_SetPIN,                                                                           \
      (unsigned long session, unsigned char *old_pin, unsigned long old_len,                       \
       unsigned char *new_pin, unsigned long new_len))                                             \
    X(open_session, C_OpenSession,                                                                 \
      (unsigned long slot, unsigned long flags, void *application, void *notify,                   \
       unsigned long *session))                                                                    \
    X(close_session, C_CloseSession, (unsigned long session))                                      \
    X(close_all_sessions, C_CloseAllSessions, (unsigned long slot))                                \
    X(get_session_info, C_GetSessionInfo, (unsigned long session, struct ck_session_info *info))   \
    X(get_operation_state, C_GetOperationState,                                                    \
      (unsigned long session, unsigned char *state, unsigned long *len))                           \
    X(set_operation_state, C_SetOperationState,                                                    \
      (unsigned long session, unsigned char *state, unsigned long len, unsigned long encryption,   \
       unsigned long authentication))                                                              \
    X(login, C_Login,                                                                              \
      (unsigned long session, unsigned long user, unsigned char *pin, unsigned long pin_len))      \
    X(logout, C_Logout, (unsigned long session))                                                   \
    X(create_object, C_CreateObject,                                                               \
      (unsigned long session, struct ck_attribute *attributes, unsigned long count,                \
       unsigned long *object))                                                                     \
    X(copy_object, C_CopyObject,                                                                   \
      (unsigned long session, unsigned long object, struct ck_attribute *attributes,               \
       unsigned long count, unsigned long *copy))                                                  \
    X(destroy_object, C_DestroyObject, (unsigned long session, unsigned long object))              \
    X(get_object_size, C_GetObjectSize,                                                            \
      (unsigned long session, unsigned long object, unsigned long *size))                          \
    X(get_attribute_value, C_GetAttributeValue,                                                    \
      (unsigned long session, unsigned long object, struct ck_attribute *attributes,               \
       unsigned long count))                                                                       \
    X(set_attribute_value, C_SetAttributeValue,                                                    \
      (unsigned long session, unsigned long object, struct ck_attribute *attributes,               \
       unsigned long count))                                                                       \
    X(find_objects_init, C_FindObjectsInit,                                                        \
      (unsigned long session, struct ck_attribute *attributes, unsigned long count))               \
    X(find_objects, C_FindObjects,                                                                 \
      (unsigned long session, unsigned long *objects, unsigned long max, unsigned long *count))    \
    X(find_objects_final, C_FindObjectsFinal, (unsigned long session))                             \
    X(encrypt_init, C_EncryptInit,                                                                 \
      (unsigned long session, struct ck_mechanism *mechanism, unsigned long key))                  \
    X(encrypt, C_Encrypt,                                                                          \
      (unsigned long session, unsigned char *data, unsigned long data_len, unsigned char *out,     \
       unsigned long *out_len))                                                                    \
    X(encrypt_update, C_EncryptUpdate,                                                             \
      (unsigned long session, unsigned char *data, unsigned long data_len, unsigned char *out,     \
       unsigned long *out_len))                                                                    \
    X(encrypt_final, C_EncryptFinal,                                                               \
      (unsigned long session, unsigned char *out, unsigned long *out_len))                         \
    X(decrypt_init, C_DecryptInit,                                                                 \
      (unsigned long session, struct ck_mechanism *mechanism, unsigned long key))                  \
    X(decrypt, C_Decrypt,                                                                          \
      (unsigned long session, unsigned char *data, unsigned long data_len, unsigned char *out,     \
       unsigned long *out_len))                                                                    \
    X(decrypt_update, C_DecryptUpdate,                                                             \
      (unsigned long session, unsigned char *data, unsigned long data_len, unsigned char *out,     \
       unsigned long *out_len))                                                                    \
    X(decrypt_final, C_DecryptFinal,                                                               \
      (unsigned long session, unsigned char *out, unsigned long *out_len))                         \
    X(digest_init, C_DigestInit, (unsigned long session, struct ck_mechanism *mechanism))          \
    X(digest, C_Digest,                                                                            \
      (unsigned long session, unsigned char *data, unsigned long data_len, unsigned char *out,     \
       unsigned long *out_len))                                                                    \
    X(digest_update, C_DigestUpdate,                                                               \
      (unsigned long session, unsigned char *data, unsigned long data_len))                        \
    X(digest_key, C_DigestKey, (unsigned long session, unsigned long key))                         \
    X(digest_final, C_DigestFinal,                                                                 \
      (unsigned long session, unsigned char *out, unsigned long *out_len))                         \
    X(sign_init, C_SignInit,                                                                       \
      (unsigned long session, struct ck_mechanism *mechanism, unsigned long key))                  \
    X(sign, C_Sign,                                                                                \
      (unsigned long session, unsigned char *data, unsigned long data_len,                         \
       unsigned char *signature, unsigned long *signature_len))                                    \
    X(sign_update, C_SignUpdate,                                                                   \
      (unsigned long session, unsigned char *data, unsigned long data_len))                        \
    X(sign_final, C_SignFinal,                                                                     \
      (unsigned long session, unsigned char *signature, unsigned long *signature_len))             \
    X(sign_recover_init, C_SignRecoverInit,                                                        \
      (unsigned long session, struct ck_mechanism *mechanism, unsigned long key))                  \
    X(sign_recover, C_SignRecover,                                                                 \
      (unsigned long session, unsigned char *data, unsigned long data_len,                         \
       unsigned char *signature, unsigned long *signature_len))                                    \
    X(verify_init, C_VerifyInit,                                                                   \
      (unsigned long session, struct ck_mechanism *mechanism, unsigned long key))                  \
    X(verify, C_Verify,                                                                            \
      (unsigned long session, unsigned char *data, unsigned long data_len,                         \
       unsigned char *signature, unsigned long signature_len))                                     \
    X(verify_update, C_VerifyUpdate,                                                               \
      (unsigned long session, unsigned char *data, unsigned long data_len))                        \
    X(verify_final, C_VerifyFinal,                                                                 \
      (unsigned long session, unsigned char *signature, unsigned long signature_len))              \
    X(verify_recover_init, C_VerifyRecoverInit,                                                    \
      (unsigned long session, struct ck_mechanism *mechanism, unsigned long key))                  \
    X(verify_recover, C_VerifyRecover,                                                             \
      (unsigned long session, unsigned char *signature, unsigned long signature_len,               \
       unsigned char *data, unsigned long *data_len))                                              \
    X(digest_encrypt_update, C_DigestEncryptUpdate,                                                \
      (unsigned long session, unsigned char *data, unsigned long data_len, unsigned char *out,     \
       unsigned long *out_len))                                                                    \
    X(decrypt_digest_update, C_DecryptDigestUpdate,                                                \
      (unsigned long session, unsigned char *data, unsigned long data_len, unsigned char *out,     \
       unsigned long *out_len))                                                                    \
    X(sign_encrypt_update, C_SignEncryptUpdate,                                                    \
      (unsigned long session, unsigned char *data, unsigned long data_len, unsigned char *out,     \
       unsigned long *out_len))                                                                    \
    X(decrypt_verify_update, C_DecryptVerifyUpdate,                                                \
      (unsigned long session, unsigned char *data, unsigned long data_len, unsigned char *out,     \
       unsigned long *out_len))                                                                    \
    X(generate_key, C_GenerateKey,                                                                 \
      (unsigned long session, struct ck_mechanism *mechanism, struct ck_attribute *attributes,     \
       unsigned long count, unsigned long *key))                                                   \
    X(generate_key_pair, C_GenerateKeyPair,                                                        \
      (unsigned long session, struct ck_mechanism *mechanism, struct ck_attribute *public,         \
       unsigned long public_count, struct ck_attribute *private, unsigned long private_count,      \
       unsigned long *public_key, unsigned long *private_key))                                     \
    X(wrap_key, C_WrapKey,                                                                         \
      (unsigned long session, struct ck_mechanism *mechanism, unsigned long wrapping,              \
       unsigned long key, unsigned char *out, unsigned long *out_len))                             \
    X(unwrap_key, C_UnwrapKey,                                                                     \
      (unsigned long session, struct ck_mechanism *mechanism, unsigned long unwrapping,            \
       unsigned char *wrapped, unsigned long wrapped_len, struct ck_attribute *attributes,         \
       unsigned long count, unsigned long *key))                                                   \
    X(derive_key, C_DeriveKey,                                                                     \
      (unsigned long session, struct ck_mechanism *mechanism, unsigned long base,                  \
       struct ck_attribute *attributes, unsigned long count, unsigned long *key))                  \
    X(seed_random, C_SeedRandom, (unsigned long session, unsigned char *seed, unsigned long len))  \
    X(generate_random, C_GenerateRandom,                                                           \
      (unsigned long session, unsigned char *random, unsigned long len))                           \
    X(get_function_status, C_GetFunctionStatus, (unsigned long session))                           \
    X(cancel_function, C_CancelFunction, (unsigned long session))                                  \
    X(wait_for_slot_event, C_WaitForSlotEvent,                                                     \
      (unsigned long flags, unsigned long *slot, void *reserved))

/* CK_FUNCTION_LIST */
struct ck_functions {
    struct ck_version version;
#define VSC_CRYPTOKI_MEMBER(name, standard, parameters) unsigned long(*name) parameters;
    VSC_CRYPTOKI(VSC_CRYPTOKI_MEMBER)
#undef VSC_CRYPTOKI_MEMBER
};

#endif
