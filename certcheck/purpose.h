/* SPDX-License-Identifier: BSD-2-Clause */
/* What a certificate is for: extended key usage, key usage, and that it is no CA's. */
#ifndef VSC_CERTCHECK_PURPOSE_H
#define VSC_CERTCHECK_PURPOSE_H

#include <stdbool.h>

#include <openssl/x509.h>

#include "certcheck/facts.h"
#include "certcheck/verdict.h"
#include "conf/conf.h"

/*
 * The end certificate. Smartcard Logon or Client Authentication must stand there by name:
 * anyExtendedKeyUsage does not stand in for it. With PURPOSE_ANY nothing is asked.
 */
void purpose_check(const struct facts *facts, enum conf_purpose purpose, struct verdict *verdict);

/* The template's OID or version 1 name is one of `templates`, where that is not empty. */
void purpose_check_template(const struct facts *facts, const struct conf_list *templates,
                            struct verdict *verdict);

/* The extended key usage that a purpose asks for, with dots; NULL where nothing is asked. */
const char *purpose_usage(enum conf_purpose purpose);

/* Microsoft's application policies: policies about usages, which path_usage.c judges. */
#define OID_APPLICATION_POLICIES    "1.3.6.1.4.1.311.21.10"
#define OID_APPLICATION_MAPPINGS    "1.3.6.1.4.1.311.21.11"
#define OID_APPLICATION_CONSTRAINTS "1.3.6.1.4.1.311.21.12"

#endif
