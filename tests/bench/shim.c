/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A PKCS#11 module that sets variables and hands everything on to the real module: vsc-card loads
 * modules with an empty environment, and tpm2-pkcs11 is told by variables alone where its store and
 * its TPM are. The settings lie beside the shim, in a file with ".env" appended to its name: lines
 * NAME=VALUE, of which MODULE names the real module.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CKR_GENERAL_ERROR 5UL

typedef unsigned long get_function_list(void **ret_list);

__attribute__((visibility("default"))) unsigned long C_GetFunctionList(void **ret_list);

static void *load(const char *settings)
{
    char line[4096];
    void *module = NULL;
    FILE *file = fopen(settings, "re");

    if (file == NULL)
        return NULL;
    while (fgets(line, sizeof(line), file) != NULL) {
        char *value = strchr(line, '=');

        if (value == NULL)
            continue;
        *value++ = '\0';
        value[strcspn(value, "\n")] = '\0';
        if (strcmp(line, "MODULE") == 0)
            module = dlopen(value, RTLD_NOW);
        else
            (void)setenv(line, value, 1);
    }
    (void)fclose(file);
    return module;
}

unsigned long C_GetFunctionList(void **ret_list)
{
    char settings[4096];
    get_function_list *real = NULL;
    Dl_info self;

    if (dladdr(__extension__(void *) C_GetFunctionList, &self) == 0)
        return CKR_GENERAL_ERROR;
    (void)snprintf(settings, sizeof(settings), "%s.env", self.dli_fname);
    void *module = load(settings);
    void *symbol = module == NULL ? NULL : dlsym(module, "C_GetFunctionList");
    (void)memcpy(&real, &symbol, sizeof(real));
    return real == NULL ? CKR_GENERAL_ERROR : real(ret_list);
}
