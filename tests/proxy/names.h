/* SPDX-License-Identifier: BSD-2-Clause */
/* The names of TPM commands, for the log of tpm_proxy. */
#ifndef VSC_TESTS_PROXY_NAMES_H
#define VSC_TESTS_PROXY_NAMES_H

#include <stdint.h>

/* "NV_Certify" for TPM2_CC_NV_Certify, "?" for a code that the specification does not have. */
const char *command_name(uint32_t code);

#endif
