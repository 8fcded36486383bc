/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether a string of the configuration makes sense: NULL, or what is wrong with it. */
#ifndef VSC_CONF_CHECK_H
#define VSC_CONF_CHECK_H

#define CHECK_PROFILE_MAX 64  /* bytes of a profile's name */
#define CHECK_UPN_MAX     256 /* and of a UPN with %u, less one */

const char *check_path(const char *value);           /* absolute, or "" for none */
const char *check_path_needed(const char *value);    /* absolute */
const char *check_ntauth(const char *value);         /* as check_path, or "directory" */
const char *check_socket(const char *value);         /* as check_path, and fits into sun_path */
const char *check_tcti(const char *value);           /* a known TCTI: "device:/dev/tpmrm0" */
const char *check_account(const char *value);        /* a name that may be looked up */
const char *check_user(const char *value);           /* the same, or "" */
const char *check_service(const char *value);        /* of PAM: a file's name */
const char *check_gdm_service(const char *value);    /* of PAM, and GDM's by its name */
const char *check_suffix(const char *value);         /* of a UPN */
const char *check_realm(const char *value);          /* of Kerberos, or "" */
const char *check_template(const char *value);       /* an account with %u, and maybe %d or %D */
const char *check_plain_template(const char *value); /* an account with %u */
const char *check_sid(const char *value);            /* S-1-... */
/* of an enrollment profile: it becomes the name of a file */
const char *check_profile(const char *value);
const char *check_upn_template(const char *value); /* a UPN with %u */
const char *check_name(const char *value);         /* anything but "" */
const char *check_oid(const char *value);
const char *check_template_id(const char *value); /* of a certificate template: an OID or a name */
const char *check_sha256(const char *value);      /* 64 hexadecimal digits */
/* One server: ldap or ldaps, a host, perhaps a port, nothing else; or "" for none. */
const char *check_directory(const char *value);
const char *check_dn(const char *value); /* looks like a distinguished name, or "" */

#endif
