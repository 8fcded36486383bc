#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The mark of the last sign-in: root's module leaves it, vsc-check and certcheck read it, and a clock
# that is behind it is not credible. The folder is one of a mount namespace.
set -u
umask 022
B=$(realpath "${B:-build}")
. tests/rig/tpm.sh
if missing=$(tpm_missing pamtester openssl); then
    echo "1..0 # SKIP $missing"; exit 0
fi
if [ "${1:-}" != inside ]; then
    [ "$(id -u)" = 0 ] || { echo "1..0 # SKIP needs root"; exit 0; }
    unshare -m true 2>/dev/null || { echo "1..0 # SKIP no mount namespace here"; exit 0; }
    B=$B exec unshare -m --propagation private "$0" inside
fi
mount -t tmpfs -o mode=755 none /var/lib || exit 1
W=$(mktemp -d) || exit 1
trap 'tpm_stop; rm -rf "$W"' EXIT
chmod 755 "$W"
export TSS2_LOG=all+NONE
folder=/var/lib/pam_vsc/clock
mark=$folder/last-sign-in
n=0 failed=0
check() { # STATUS NAME
    n=$((n + 1))
    if [ "$1" = 0 ]; then echo "ok $n - $2"; return; fi
    echo "not ok $n - $2"; failed=1
    sed 's/^/# /' "$W/out"
}
tpm_start "$W/tpm" || { echo "1..1"; echo "not ok 1 - software TPM"; exit 1; }

person=nobody
tests/pki/make-pki.sh base "$W/pki" "$person" corp.test
mkdir -m 755 "$W/helpers" "$W/services" "$W/store"
cp "$B/vsc-card" "$B/vsc-check" "$B/pam_vsc.so" "$W/helpers/"
cat > "$W/conf" <<END
card = { store = "$W/store"; tcti = "$TCTI"; socket = "$W/card.sock"; pkcs11_modules = [ ]; };
helpers = { card_user = ""; check_user = ""; };
trust = { anchors = "$W/pki/anchors"; intermediates = "$W/pki/intermediates"; };
revocation = { crls = "$W/pki/crls"; cache = ""; };
mapping = { rules = ( { method = "upn"; suffix = "corp.test"; account = "%u"; } ); };
END
sed 's/cache = "";/cache = ""; mode = "soft";/' "$W/conf" > "$W/soft"
for name in conf soft; do
    echo "auth required $W/helpers/pam_vsc.so config=$W/$name helpers=$W/helpers" > "$W/services/$name"
done
vscmgr() { "$B/vscmgr" "$@" -c "$W/conf"; }
sign_in() { # SERVICE
    LD_PRELOAD=libpam_wrapper.so PAM_WRAPPER=1 PAM_WRAPPER_SERVICE_DIR="$W/services" \
        PAM_WRAPPER_DISABLE_DEEPBIND=1 pamtester "$1" "$person" authenticate <<< 12345678 > "$W/out" 2>&1
}
said() { grep -q -- "$1" "$W/out"; }
certcheck() { "$B/certcheck" -c "$W/conf" "$@" > "$W/out" 2>&1; }
{
    echo 12345678 | vscmgr create --name Native --pin stdin --adminkey random --generate --key p256 --owner "$person" &&
        echo 12345678 | vscmgr csr Native --upn "$person@corp.test" --pin stdin --out "$W/csr" &&
        tests/pki/make-pki.sh issue "$W/pki" "$W/csr" "$W/cert" --upn "$person@corp.test" &&
        vscmgr import Native "$W/cert"
} > "$W/out" 2>&1
check $? "a card with a certificate"

sign_in conf && [ ! -e "$mark" ]
check $? "without the folder a sign-in leaves no mark, and succeeds"
mkdir -p -m 755 "$folder"
before=$(date +%s)
sign_in conf
check $? "a sign-in where the folder is"
[ "$(stat -c '%U %a %F' "$mark")" = "root 644 regular file" ] &&
    [ "$(cat "$mark")" -ge "$before" ] && [ "$(cat "$mark")" -le "$(date +%s)" ]
check $? "leaves the mark: root's, 0644, the time"
[ "$(find "$folder" | wc -l)" = 2 ]
check $? "and nothing beside it"
sum=$(stat -c %i "$mark")
sign_in conf && [ "$(stat -c %i "$mark")" = "$sum" ]
check $? "the next one within ten minutes does not write it again"
echo $(($(date +%s) - 86400)) > "$mark"
! LD_PRELOAD=libpam_wrapper.so PAM_WRAPPER=1 PAM_WRAPPER_SERVICE_DIR="$W/services" PAM_WRAPPER_DISABLE_DEEPBIND=1 \
    pamtester conf "$person" authenticate <<< 00000000 > "$W/out" 2>&1 &&
    [ "$(cat "$mark")" -lt "$before" ]
check $? "a wrong PIN leaves no mark"
echo $(($(date +%s) + 3500)) > "$mark"
sign_in conf
check $? "a clock less than an hour behind the mark is credible"
echo $(($(date +%s) + 7200)) > "$mark"
! sign_in conf && said 'VSC-TIME-NOT-CREDIBLE'
check $? "one of two hours is not, and the screen says so"
[ "$(cat "$mark")" -gt "$(date +%s)" ]
check $? "the mark stays"
! certcheck "$W/cert" && said 'VSC-TIME-NOT-CREDIBLE' && said "$mark"
check $? "certcheck says it too, and names the mark"
certcheck --at "$(date -u -d '+1 min' +%FT%TZ)" "$W/cert"
check $? "it is not asked where --at is given"
certcheck --revocation soft "$W/cert"
check $? "nor in soft mode"
sign_in soft && [ "$(cat "$mark")" -gt "$(date +%s)" ]
check $? "nor at a sign-in in soft mode, and the mark does not go back"
rm "$mark"
sign_in conf && [ -e "$mark" ]
check $? "root removes the mark, and it is as before"
echo nonsense > "$mark"
sign_in conf && [ "$(cat "$mark")" -ge "$before" ]
check $? "a mark that is no number is none, and is made good"
echo $(($(date +%s) + 7200)) > "$mark"
chmod 777 "$folder"
sign_in conf
check $? "a mark in a folder that others can write is none"
chmod 755 "$folder"
rm "$mark"
if command -v setpriv > /dev/null; then
    sum=$(find "$folder" | wc -l)
    ! setpriv --reuid 65534 --clear-groups sh -c "echo 4102444800 > '$mark'" 2> /dev/null &&
        [ "$(find "$folder" | wc -l)" = "$sum" ]
    check $? "a user without root cannot make one"
else
    check 1 "setpriv is missing"
fi
echo "1..$n"
exit $failed
