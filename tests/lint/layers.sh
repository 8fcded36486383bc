#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Who may include whom, and what a product links (HACKING.md, "Layers").
set -u
fail=0
bad() { echo "layers: $*"; fail=1; }

allowed() { # FOLDER: the folders that it may include
    case $1 in
    common) echo "common" ;;
    conf) echo "conf common" ;;
    certcheck) echo "certcheck conf common" ;;
    card) echo "card conf common" ;;
    vscmgr) echo "vscmgr card certcheck conf common" ;;
    pam_vsc) echo "pam_vsc common" ;;
    pkcs11) echo "pkcs11 common" ;;
    greeter) echo "greeter common" ;;
    removal) echo "removal conf common" ;;
    ca) echo "ca common" ;;
    tgt) echo "tgt conf common" ;;
    enroll) echo "enroll card certcheck conf common" ;;
    esac
}

for folder in common conf certcheck card vscmgr pam_vsc pkcs11 greeter removal ca tgt enroll; do
    while IFS=: read -r file line text; do
        target=${text#*\"}; target=${target%%/*}
        case " $(allowed "$folder") " in
        *" $target "*) ;;
        *) bad "$file:$line: $folder/ may not include $target/" ;;
        esac
    done < <(grep -rn '^#include "' "$folder" --include='*.[ch]')
done
# Of the card, enrollment takes what speaks to vsc-card and what builds requests.
grep -rn '#include "card/' enroll --include='*.[ch]' | grep -vE '"card/(card|remote|remote_call|remote_owner|owner/csr)\.h"' |
    while read -r line; do echo "layers: $line: not for enroll/"; done | grep . && fail=1
# The greeter's state machine and its back ends know nothing of each other or of a window.
for part in announce model backend files watch; do
    grep -rnE '#include ("greeter/|<(gtk|glib|gdk|gio))' "greeter/$part" --include='*.[ch]' |
        grep -v "#include \"greeter/$part/" |
        while read -r line; do echo "layers: $line: not for greeter/$part/"; done | grep . && fail=1
done
grep -rnE '#include ("greeter/|<(gtk|gdk))' greeter/lightdm --include='*.[ch]' |
    grep -vE '#include "greeter/(lightdm|backend)/' |
    while read -r line; do echo "layers: $line: not for greeter/lightdm/"; done | grep . && fail=1
# Card administration is not a part of vsc-card, nor what an owner does of its sign-in path.
grep -rln '#include "card/admin/' card --include='*.[ch]' | grep -v '^card/admin/' |
    while read -r file; do echo "layers: $file: card/ includes card/admin/"; done | grep . && fail=1
grep -rlE '#include "card/(owner|attest)/' card/tpm card/pkcs11 --include='*.[ch]' |
    while read -r file; do echo "layers: $file: a back end includes card/owner/ or card/attest/"; done | grep . && fail=1

# The sub-commands are the program certcheck's alone.
grep -rln '#include "certcheck/cli/' common conf certcheck card vscmgr pam_vsc greeter enroll --include='*.[ch]' |
    grep -v '^certcheck/cli/' |
    while read -r file; do echo "layers: $file: includes certcheck/cli/"; done | grep . && fail=1
# What speaks to the network is reached by the sub-command refresh alone.
grep -rln '#include "certcheck/refresh/' common conf certcheck card vscmgr pam_vsc greeter enroll --include='*.[ch]' |
    grep -vE '^certcheck/(refresh/|cli/certcheck_refresh_main\.c$)' |
    while read -r file; do echo "layers: $file: includes certcheck/refresh/"; done | grep . && fail=1
grep -rlE '#include <(curl|ldap|lber)' common conf certcheck card vscmgr pam_vsc greeter enroll --include='*.[ch]' |
    grep -vE '^(certcheck/refresh/|enroll/(est/|xcep/|https\.))' |
    while read -r file; do echo "layers: $file: speaks to the network"; done | grep . && fail=1
nm "$B/vsc-check" | grep -q ' [Tt] command_' && bad "vsc-check links sub-commands of certcheck"

# The library: nothing but its own names to be seen, and nothing that is not libc's or libcrypto's.
for folder in common conf certcheck card vscmgr pam_vsc; do
    grep -rln '#include "certcheck/\(library/\|certcheck.h\)' "$folder" --include='*.[ch]'
done | grep -v '^certcheck/library/' | while read -r file; do
    echo "layers: $file: uses the library"
done | grep . && fail=1
strange=$(nm -g --defined-only "$B/libcertcheck.a" 2>/dev/null | awk 'NF == 3 { print $3 }' | grep -v '^certcheck_')
[ -z "$strange" ] || bad "libcertcheck.a shows $strange"
strange=$(nm -u "$B/libcertcheck.a" 2>/dev/null | awk '{ print $2 }' | grep -E '^(config_|curl_|ldap_|pam_|Esys_|PKCS11_|vsc_|fork|exec)')
[ -z "$strange" ] || bad "libcertcheck.a needs $strange"

needed() { objdump -p "$1" | awk '$1 == "NEEDED" { print $2 }' | sort; }
libraries() { # PROGRAM PATTERN: every needed library matches
    for library in $(needed "$B/$1"); do
        [[ $library =~ ^($2)\.so ]] || bad "$1 needs $library"
    done
}
if [ -e "$B/pam_vsc.so" ]; then
    libraries pam_vsc.so 'libpam|libc'
    exports=$(nm -D --defined-only "$B/pam_vsc.so" | awk '{ print $3 }' | sed 's/@.*//' | sort | tr '\n' ' ')
    [ "$exports" = "pam_sm_acct_mgmt pam_sm_authenticate pam_sm_chauthtok pam_sm_close_session pam_sm_open_session pam_sm_setcred " ] ||
        bad "pam_vsc.so exports: $exports"
    libraries vsc-pkcs11.so 'libc'
    nm -D --defined-only "$B/vsc-pkcs11.so" | awk '{ print $3 }' | grep -qv '^C_[A-Z]' &&
        bad "vsc-pkcs11.so exports more than PKCS #11"
    libraries vsc-announce.so 'libc'
    exports=$(nm -D --defined-only "$B/vsc-announce.so" | awk '{ print $3 }' | sed 's/@.*//' | tr '\n' ' ')
    [ "$exports" = "C_GetFunctionList " ] || bad "vsc-announce.so exports: $exports"
    libraries vsc-card 'libc|libcrypto|libconfig|libp11|libtss2-(esys|mu|rc|tctildr)'
    libraries vsc-check 'libc|libcrypto|libconfig'
    libraries vsc-removal 'libc|libconfig'
    libraries vsc-tgt 'libc|libconfig|libkrb5'
    libraries certcheck 'libc|libcrypto|libconfig'
    libraries vsc-enroll 'libc|libcrypto|libssl|libconfig|libcurl|libxml2|libgssapi_krb5|libsystemd'
    libraries vsc-watch 'libc'
    libraries vsc-ca-serve 'libc'
    libraries local-ca-submit 'libc'
    libraries certcheck-refresh 'libc|libcrypto|libconfig|libcurl|libldap.*|liblber.*|libkrb5'
    nm "$B/vsc-card" | grep -q ' T admin_' && bad "vsc-card links card administration"
    nm "$B/vsc-card" | grep -qE ' [Tt] (attest_verify|attest_activate|bundle_read)$' && bad "vsc-card links the verifier of bundles"
    # The login screen: toolkits, and nothing that touches a card or a certificate.
    if [ -e "$B/vsc-greeter" ]; then
        libraries vsc-greeter 'libc|lib(gtk|gdk)-3|lib(glib|gio|gobject|gdk_pixbuf)-2\.0|libatk-1\.0|libpango(cairo)?-1\.0|libcairo(-gobject)?|libharfbuzz|liblightdm-gobject-1'
    fi
else
    bad "$B/pam_vsc.so is not built"
fi
exit $fail
