/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vsc-announce.so (vsc-announce.8): a PKCS #11 module for GNOME's settings daemon, which tells by
 * it whether the login screen may begin with the card. It has one slot, and in it a token while
 * vsc-card says `announce`; there is nothing on the token and nobody logs in to it. A function that
 * is not defined in this folder otherwise is refused (refuse.c).
 */
#ifndef VSC_GREETER_ANNOUNCE_ANNOUNCE_H
#define VSC_GREETER_ANNOUNCE_ANNOUNCE_H

#include "common/cryptoki.h"
#include "greeter/announce/presence.h"

#define ANNOUNCE_SLOT         1ul
#define ANNOUNCE_SESSIONS_MAX 32

struct session {
    bool open, searching;
};

struct module {
    bool initialized;
    bool told; /* was the token there when somebody last asked for an event? */
    struct presence presence;
    struct session sessions[ANNOUNCE_SESSIONS_MAX]; /* a handle is an index and 1 */
};

/*
 * The module's state, locked, between C_Initialize and C_Finalize; NULL, not locked, otherwise. A
 * child after fork() has to initialize it anew (PKCS #11, section 5.4).
 */
struct module *module_enter(void);
/* The same without asking whether it is initialized. */
struct module *module_enter_any(void);
void module_leave(struct module **module); /* *module may be NULL */
#define auto_module __attribute__((cleanup(module_leave)))

/* Is the token there? Its sessions end when it is not. May take as long as PRESENCE_ASK_MS. */
bool module_token(struct module *module);

#define ANNOUNCE_DECLARE(name, standard, parameters) unsigned long announce_##name parameters;
VSC_CRYPTOKI(ANNOUNCE_DECLARE)
#undef ANNOUNCE_DECLARE

/* The one function that is to be seen outside. */
__attribute__((visibility("default"))) unsigned long C_GetFunctionList(
    const struct ck_functions **list);

#endif
