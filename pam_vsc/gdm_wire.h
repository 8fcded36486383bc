/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What GDM's worker and a module say to each other in a PAM_BINARY_PROMPT, our own definition: the
 * message's text and the reply's are pointers to these structures, in one process. A structure
 * begins with its length, big-endian, and its type: the place of the extension's name in
 * GDM_SUPPORTED_PAM_EXTENSIONS. tests/unit/test_pam_gdm_wire.c compares them with GDM's header.
 */
#ifndef VSC_PAM_VSC_GDM_WIRE_H
#define VSC_PAM_VSC_GDM_WIRE_H

#include <stddef.h>
#include <stdint.h>

#define GDM_EXTENSIONS    "GDM_SUPPORTED_PAM_EXTENSIONS"
#define GDM_CHOICE_LIST   "org.gnome.DisplayManager.UserVerifier.ChoiceList"
#define GDM_CUSTOM_JSON   "org.gnome.DisplayManager.UserVerifier.CustomJSON"
#define GDM_CHOICES_MAX   33 /* of ours: the lines of a menu, and the password */
#define GDM_CHOICE_SIZE   offsetof(struct gdm_choice_request, items)
#define GDM_CHOICES(size) (GDM_CHOICE_SIZE + (size) * sizeof(struct gdm_choice))

struct gdm_header {
    uint32_t length; /* big-endian */
    unsigned char type;
};

struct gdm_choice {
    const char *key, *text; /* UTF-8 */
};

struct gdm_choice_request {
    struct gdm_header header;
    const char *prompt;
    size_t count;
    struct gdm_choice items[GDM_CHOICES_MAX]; /* `count` of them */
};

struct gdm_choice_reply {
    struct gdm_header header;
    char *key; /* the reader's, as the reply is */
};

/* Request and reply alike. */
struct gdm_json_message {
    struct gdm_header header;
    char protocol[64];
    uint32_t version;
    char *json; /* in a reply the reader's, as the reply is */
};

#endif
