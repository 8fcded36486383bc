#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# doc/ca-guide.md: every profile that stands there is read, the options of cmp-submit too, and the
# commands for a plain OpenSSL CA are run as they stand there, for the user daemon instead of alice.
# (What stands there of step-ca is run by tests/slow/enroll-step-ca.sh.)
set -u
B=$(realpath "${B:-build}")
. tests/rig/tpm.sh
. tests/rig/enroll.sh
if missing=$(enroll_missing); then echo "1..0 # SKIP $missing"; exit 0; fi
export TSS2_LOG=all+NONE
GUIDE=$PWD/doc/ca-guide.md
trap enroll_end EXIT
enroll_start || { echo "1..1"; echo "not ok 1 - software TPM, card and CA"; exit 1; }
blocks() { # INFO: how many there are
    grep -cxF "\`\`\`$1" "$GUIDE"
}
block() { # INFO NUMBER: its text
    awk -v start="\`\`\`$1" -v number="$2" '$0 == "```" { on = 0 } on { print } $0 == start { on = ++seen == number }' "$GUIDE"
}

for i in $(seq "$(blocks conf)"); do block conf "$i" > "$D/enroll.d/$i.conf"; done
as daemon list --json && jq -e '[.[].name] | sort == ["carry", "dogtag-est", "ejbca-cmp", "ejbca-est", "ipa", "step"]' "$D/out" > "$D/jq"
check "the profiles of the guide are read, and open to everybody but one"
sed -i '/^groups/d' "$D/enroll.d/1.conf" && as daemon list --json && jq -e '[.[].name] | index("ad") != null' "$D/out" > "$D/jq"
check "which is for a group"
block text 1 > "$D/cmp.conf"
setpriv --reuid daemon --regid daemon --clear-groups env -i HOME="$D/nobody" "$B/cmp-submit" --config "$D/cmp.conf" > "$D/out" 2>&1
[ $? = 4 ] && grep -q "^cmp-submit: $D/nobody/.config/pam_vsc/cmp-secret: is not there$" "$D/out"
check "the options of cmp-submit are good; what is missing is the secret"

# ---- a plain OpenSSL CA, as root in $D/office; the user in $D/user
sed -i "s,^anchors.*,anchors = \"$D/ca.pem\";," "$D"/enroll.d/*.conf
run() { # INFO NUMBER FOLDER
    block "$1" "$2" | sed 's/alice/daemon/g' > "$D/commands" && [ -s "$D/commands" ] && (cd "$3" && . "$D/commands")
}
vsc-enroll() { echo 12345678 | setpriv --reuid daemon --regid daemon --clear-groups env -i XDG_STATE_HOME="$D/state-daemon" "$D/vsc-enroll" "$@" -c "$D/conf" --pin stdin; }
mkdir "$D/office"
run "sh user" 1 "$D/user" > "$D/out" 2>&1 && [ -s "$D/user/daemon.csr" ]
check "plain OpenSSL: the user's request"
(set -e; run "sh ca" 1 "$D/office") > "$D/out" 2>&1 && cp "$D/office/ca/ca.pem" "$D/ca.pem" && cp "$D/user/daemon.csr" "$D/office/ca/"
check "plain OpenSSL: the CA"
(set -e; run "sh ca" 2 "$D/office/ca") > "$D/out" 2>&1 && install -m 644 "$D/office/ca/daemon.pem" "$D/user/"
check "plain OpenSSL: its certificate for the request"
(set -e; run "sh ca" 3 "$D/office/ca") > "$D/out" 2>&1 && openssl crl -in "$D/office/ca/logon.crl" -noout -CAfile "$D/ca.pem" >> "$D/out" 2>&1
check "plain OpenSSL: its revocation list"
(set -e; run "sh user" 2 "$D/user") > "$D/out" 2>&1 && as daemon check --profile carry --json && jq -e '.[0].code == null' "$D/out" > "$D/jq"
check "plain OpenSSL: the user takes it, and it passes the check"
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$D/evil.key" -subj /CN=root \
    -addext 'subjectAltName=otherName:msUPN;UTF8:root@corp.test' -addext basicConstraints=CA:TRUE -out "$D/office/ca/daemon.csr" 2> "$D/out"
(set -e; run "sh ca" 2 "$D/office/ca") > "$D/out" 2>&1 && openssl x509 -in "$D/office/ca/daemon.pem" -noout -text > "$D/out" &&
    grep -q 'UPN::daemon@corp.test' "$D/out" && grep -q 'CA:FALSE' "$D/out" && ! grep -qE 'root|CA:TRUE' "$D/out"
check "plain OpenSSL: no name and no right of the request gets into a certificate"
[ "$(blocks 'sh user')" = 2 ] && [ "$(blocks 'sh ca')" = 3 ] && [ "$(blocks conf)" = 7 ] && [ "$(blocks text)" = 1 ] && [ "$(blocks json)" = 1 ] &&
    [ "$(grep -cE '^```.+' "$GUIDE")" = 14 ]
check "nothing in the guide was left out"

echo "1..$TESTS"
exit $FAILED
