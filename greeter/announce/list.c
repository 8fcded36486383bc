/* SPDX-License-Identifier: BSD-2-Clause */
/* The list of functions, by which a program finds all others. */
#include "greeter/announce/announce.h"

static const struct ck_functions functions = {.version = {2, 40},
#define MEMBER(name, standard, parameters) .name = announce_##name,
                                              VSC_CRYPTOKI(MEMBER)
#undef MEMBER
};

unsigned long announce_get_function_list(const struct ck_functions **list)
{
    if (list == NULL)
        return CKR_ARGUMENTS_BAD;
    *list = &functions;
    return CKR_OK;
}

unsigned long C_GetFunctionList(const struct ck_functions **list)
{
    return announce_get_function_list(list);
}
