/* SPDX-License-Identifier: BSD-2-Clause */
/* Addresses in certificates: any bytes are refused, or yield a host and a name within bounds. */
#include <stdlib.h>
#include <string.h>

#include "certcheck/refresh/ldap_url.h"
#include "common/text.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    const unsigned all = LDAP_CRLS | LDAP_CA_CRLS | LDAP_DELTA_CRLS | LDAP_CERTIFICATES;
    struct problem problem = {""};
    struct ldap_url ldap;
    struct url url;

    if (url_parse((const char *)data, len, &url, &problem) != VSC_OK) {
        if (*problem.text == '\0')
            abort();
        return 0;
    }
    if (strlen(url.text) != len || url.rest > len || url.port < 1 || url.port > 65535 ||
        strchr(url.host, '@') != NULL || strchr(url.host, '/') != NULL ||
        (*url.host == '\0' && url.scheme != URL_LDAP))
        abort();
    if (url_is_http(&url) || ldap_url_read(&url, &ldap, &problem) != VSC_OK)
        return 0;
    if (*ldap.dn == '\0' || strlen(ldap.dn) >= LDAP_DN_SIZE || !text_is_printable(ldap.dn) ||
        (ldap.attributes & ~all) != 0)
        abort();
    return 0;
}
