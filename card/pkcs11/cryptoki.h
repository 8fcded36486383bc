/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * As much of PKCS #11 2.40's binary interface as is used here (OASIS, "Cryptographic Token
 * Interface Base Specification", sections 3 and 5). libp11 loads modules and reads tokens, but it
 * hides what a login must be judged by: the return code of C_Login (CKR_USER_ALREADY_LOGGED_IN
 * counts as success there), the session's state, and the PIN's length limits; and it keeps a copy
 * of the PIN. So sessions, logins and signatures go to the module directly.
 */
#ifndef VSC_CARD_PKCS11_CRYPTOKI_H
#define VSC_CARD_PKCS11_CRYPTOKI_H

#include <stddef.h>

#define CK_UNAVAILABLE                     (~0ul)

#define CKR_OK                             0x000ul
#define CKR_SLOT_ID_INVALID                0x003ul
#define CKR_GENERAL_ERROR                  0x005ul
#define CKR_DEVICE_REMOVED                 0x032ul
#define CKR_PIN_INCORRECT                  0x0a0ul
#define CKR_PIN_INVALID                    0x0a1ul
#define CKR_PIN_LEN_RANGE                  0x0a2ul
#define CKR_PIN_EXPIRED                    0x0a3ul
#define CKR_PIN_LOCKED                     0x0a4ul
#define CKR_TOKEN_NOT_PRESENT              0x0e0ul
#define CKR_TOKEN_NOT_RECOGNIZED           0x0e1ul
#define CKR_USER_ALREADY_LOGGED_IN         0x100ul
#define CKR_USER_NOT_LOGGED_IN             0x101ul
#define CKR_USER_PIN_NOT_INITIALIZED       0x102ul
#define CKR_USER_ANOTHER_ALREADY_LOGGED_IN 0x104ul

#define CKR_PIN_TOO_WEAK                   0x1c3ul

#define CKF_USER_PIN_FINAL_TRY             0x00020000ul
#define CKF_USER_PIN_LOCKED                0x00040000ul
#define CKF_TOKEN_INITIALIZED              0x00000400ul
#define CKF_RW_SESSION                     0x2ul
#define CKF_SERIAL_SESSION                 0x4ul

#define CKS_RO_PUBLIC                      0ul
#define CKS_RO_USER                        1ul
#define CKS_RW_PUBLIC                      2ul
#define CKS_RW_USER                        3ul

#define CKU_USER                           1ul
#define CKU_CONTEXT_SPECIFIC               2ul

#define CKA_CLASS                          0x000ul
#define CKA_ID                             0x102ul
#define CKA_KEY_TYPE                       0x100ul
#define CKA_ALWAYS_AUTHENTICATE            0x202ul
#define CKO_PRIVATE_KEY                    3ul
#define CKK_RSA                            0ul
#define CKK_EC                             3ul
#define CKM_RSA_PKCS                       0x0001ul
#define CKM_ECDSA                          0x1041ul

struct ck_token_info {
    unsigned char label[32], manufacturer[32], model[16], serial[16];
    unsigned long flags;
    unsigned long max_sessions, sessions, max_rw_sessions, rw_sessions;
    unsigned long max_pin_len, min_pin_len;
    unsigned long total_public, free_public, total_private, free_private;
    unsigned char hardware_version[2], firmware_version[2];
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

typedef unsigned long ck_fn(void); /* a function that is not called here */

/* CK_FUNCTION_LIST, in the standard's order; what is not called stands in for its place. */
struct ck_functions {
    unsigned char version[2];
    ck_fn *initialize, *finalize, *get_info, *get_function_list, *get_slot_list, *get_slot_info;
    unsigned long (*get_token_info)(unsigned long slot, struct ck_token_info *info);
    ck_fn *get_mechanism_list, *get_mechanism_info, *init_token, *init_pin;
    unsigned long (*set_pin)(unsigned long session, unsigned char *old_pin, unsigned long old_len,
                             unsigned char *new_pin, unsigned long new_len);
    unsigned long (*open_session)(unsigned long slot, unsigned long flags, void *application,
                                  void *notify, unsigned long *session);
    unsigned long (*close_session)(unsigned long session);
    unsigned long (*close_all_sessions)(unsigned long slot);
    unsigned long (*get_session_info)(unsigned long session, struct ck_session_info *info);
    ck_fn *get_operation_state, *set_operation_state;
    unsigned long (*login)(unsigned long session, unsigned long user, unsigned char *pin,
                           unsigned long pin_len);
    unsigned long (*logout)(unsigned long session);
    ck_fn *create_object, *copy_object, *destroy_object, *get_object_size;
    unsigned long (*get_attribute_value)(unsigned long session, unsigned long object,
                                         struct ck_attribute *attributes, unsigned long count);
    ck_fn *set_attribute_value;
    unsigned long (*find_objects_init)(unsigned long session, struct ck_attribute *attributes,
                                       unsigned long count);
    unsigned long (*find_objects)(unsigned long session, unsigned long *objects, unsigned long max,
                                  unsigned long *count);
    unsigned long (*find_objects_final)(unsigned long session);
    ck_fn *encrypt_init, *encrypt, *encrypt_update, *encrypt_final;
    ck_fn *decrypt_init, *decrypt, *decrypt_update, *decrypt_final;
    ck_fn *digest_init, *digest, *digest_update, *digest_key, *digest_final;
    unsigned long (*sign_init)(unsigned long session, struct ck_mechanism *mechanism,
                               unsigned long key);
    unsigned long (*sign)(unsigned long session, unsigned char *data, unsigned long data_len,
                          unsigned char *signature, unsigned long *signature_len);
    ck_fn *rest[24]; /* from C_SignUpdate to C_WaitForSlotEvent */
};

#endif
