#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The whole way of a user without rights: vsc-ca's template, approval, enrollment, a sign-in by
# pam_vsc, renewal; the old pair signs in until the new one has, and that session lets it go.
set -u
B=$(realpath "${B:-build}")
. tests/rig/tpm.sh
. tests/rig/enroll.sh
if missing=$(enroll_missing) || missing=$(tpm_missing pamtester); then echo "1..0 # SKIP $missing"; exit 0; fi
# A /var/lib of our own: what a sign-in notes is in it.
if [ "${1:-}" != inside ]; then exec unshare --mount "$0" inside; fi
mount -t tmpfs -o mode=755 tmpfs /var/lib && mkdir -m 755 /var/lib/pam_vsc || exit 1
export TSS2_LOG=all+NONE
SERVER=
SHOWN=(pam.out)
finish() {
    [ -n "$SERVER" ] && kill "$SERVER" && wait "$SERVER"
    enroll_end
}
trap finish EXIT
enroll_start || { echo "1..1"; echo "not ok 1 - software TPM, card and CA"; exit 1; }
ca() { "$B/vsc-ca" --folder "$D/vsc-ca" "$@"; }
(umask 022; ca init --upn-suffix corp.test --name "Test CA") > "$D/out" 2>&1 &&
    ca template duplicate "Smartcard Logon" "TPM Virtual Smart Card Logon" --allow-user daemon > "$D/out" 2>&1 &&
    ca certificate --out "$D/root.pem" && mkdir "$D/crls" && ca crl --out "$D/crls/ca.crl" > "$D/out" 2>&1
check "a CA, a template and a revocation list"
"$B/vsc-ca" --folder "$D/vsc-ca" serve --listen "$D/ca.sock" > "$D/server" 2>&1 &
SERVER=$!
until_socket "$D/ca.sock"
mkdir -m 755 "$D/helpers" "$D/services"
cp "$B/vsc-card" "$B/vsc-check" "$B/pam_vsc.so" "$B/local-ca-submit" "$D/helpers/"
profile logon 'backend = "helper"; template = "TPM Virtual Smart Card Logon";' \
    "helper = \"$D/helpers/local-ca-submit\"; arguments = [ \"--socket\", \"$D/ca.sock\" ];"
sed -i "1s,anchors = [^;]*,anchors = \"$D/root.pem\"," "$D/enroll.d/logon.conf"
sed '/^trust\|^helpers\|^enroll/d' "$D/conf" > "$D/pam.conf"
cat >> "$D/pam.conf" <<CONF
helpers = { card_user = ""; check_user = ""; };
trust = { anchors = "$D/root.pem"; intermediates = ""; };
revocation = { crls = "$D/crls"; cache = ""; };
mapping = { rules = ( { method = "upn"; suffix = "corp.test"; account = "%u"; } ); min_uid = 1; };
CONF
cat > "$D/dump" <<'DUMP'
#!/bin/sh
env | grep '^PKCS11_LOGIN_CERT_' > "$1"
DUMP
chmod 755 "$D/dump"
printf 'auth required %s/helpers/pam_vsc.so config=%s/pam.conf helpers=%s/helpers\naccount required %s/helpers/pam_vsc.so config=%s/pam.conf helpers=%s/helpers\nsession required pam_exec.so %s/dump %s/session\n' \
    "$D" "$D" "$D" "$D" "$D" "$D" "$D" "$D" > "$D/services/vsc"
sign_in() { # ANSWER...: SESSION becomes this session's environment
    SESSION=()
    LD_PRELOAD=libpam_wrapper.so PAM_WRAPPER=1 PAM_WRAPPER_SERVICE_DIR="$D/services" PAM_WRAPPER_DISABLE_DEEPBIND=1 \
        pamtester vsc daemon authenticate acct_mgmt open_session > "$D/pam.out" 2>&1 < <(printf '%s\n' "$@") &&
        grep -q 'successfully authenticated' "$D/pam.out" && mapfile -t SESSION < "$D/session"
}

enroll request && said 'logon: enrolled on Alice' && [ "$(keys)" = 1 ]
check "an ordinary user enrolls with the CA's helper"
sign_in 12345678 && [ ${#SESSION[@]} = 2 ]
check "and signs in with the certificate"
SESSION=()
enroll renew && [ "$(keys)" = 2 ]
check "and renews it"
enroll pulse && [ "$(keys)" = 2 ]
check "a pulse in an old session keeps the old pair"
as daemon status --json && SERIAL=$(jq -r '.[0].certificate.serial' "$D/out")
is_new() { printf '%s\n' "${SESSION[@]}" | grep -qxF "PKCS11_LOGIN_CERT_SERIAL=$SERIAL"; }
cp "$D/crls/ca.crl" "$D/before.crl"
ca revoke "$SERIAL" > "$D/out" 2>&1 && ca crl --out "$D/crls/ca.crl" >> "$D/out" 2>&1 && sign_in 12345678 && ! is_new
check "which signs in where the new one is refused, and nobody is asked which"
as daemon pulse < /dev/null && [ "$(keys)" = 2 ]
check "and stays after that too"
cp "$D/before.crl" "$D/crls/ca.crl" && sign_in 12345678 && is_new && ! grep -q 'Sign in as' "$D/pam.out"
check "the new one signs in, and nobody is asked which"
as daemon pulse < /dev/null && said 'the key before is deleted' && [ "$(keys)" = 1 ]
check "a pulse in that session lets the old pair go"
sign_in 12345678
check "which is the only one then, and signs in"

# ---- a pulse of the timer, whose environment knows of no sign-in
SESSION=()
install -d -m 711 /var/lib/pam_vsc/sign-ins
noted() { [ "$(stat -c '%U %a' /var/lib/pam_vsc/sign-ins/1)" = 'daemon 400' ] && [ "$(wc -l < /var/lib/pam_vsc/sign-ins/1)" = "$1" ]; }
sign_in 12345678 && noted 1 && sign_in 12345678 && noted 1 && SESSION=() && enroll renew && as daemon pulse < /dev/null && [ "$(keys)" = 2 ]
check "a sign-in is noted, for the user alone; one by the certificate before lets nothing go"
sign_in 87654321; [ $? != 0 ] && noted 1 && SESSION=() && as daemon pulse < /dev/null && [ "$(keys)" = 2 ]
check "one that fails is not noted"
sign_in 12345678 && noted 2 && SESSION=() && as daemon pulse < /dev/null && said 'the key before is deleted' && [ "$(keys)" = 1 ]
check "after one by the new certificate the timer's pulse lets the old pair go"

echo "1..$TESTS"
exit $FAILED
