/* SPDX-License-Identifier: BSD-2-Clause */
/* What the modules of a stack are there for, as far as their names tell. */
#ifndef VSC_VSCMGR_STACKS_KIND_H
#define VSC_VSCMGR_STACKS_KIND_H

#define STACK_MODULE "pam_vsc.so"

enum stack_kind {
    KIND_OURS,
    KIND_PROVER,    /* asks for a proof of who somebody is, and keeps their account */
    KIND_CONDITION, /* looks at who asks from where: the administrator's own rule */
    KIND_ROOTOK,    /* a condition: root is asked for nothing */
    KIND_DENY,
    KIND_QUALITY, /* asks for a new password, and looks at it */
    KIND_OTHER,   /* always content, and so is every module that is not known */
};

enum stack_kind stack_kind_of(const char *module);

#endif
