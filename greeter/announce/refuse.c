/* SPDX-License-Identifier: BSD-2-Clause */
/* Every function that no other file defines: signing, logging in, objects, random numbers. */
#include "greeter/announce/announce.h"

#pragma GCC diagnostic ignored "-Wunused-parameter"

#define REFUSE(name, standard, parameters)                                                         \
    __attribute__((weak)) unsigned long announce_##name parameters                                 \
    {                                                                                              \
        return CKR_FUNCTION_NOT_SUPPORTED;                                                         \
    }
VSC_CRYPTOKI(REFUSE)
