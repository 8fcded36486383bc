#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# vsc-ca and local-ca-submit: what is certified and for whom, templates, approval, revocation,
# attestation, several at once, kills and a full disk; and a whole way from an empty card to a
# sign-in, by a user without rights.
set -u
umask 022
B=$(realpath "${B:-build}")
. tests/rig/tpm.sh
if missing=$(tpm_missing openssl jq setpriv pamtester); then echo "1..0 # SKIP $missing"; exit 0; fi
[ "$(id -u)" = 0 ] || { echo "1..0 # SKIP needs root"; exit 0; } # several users ask
W=$(mktemp -d) || exit 1
chmod 755 "$W"
SERVER=
finish() {
    [ -z "$SERVER" ] || { kill "$SERVER" && wait "$SERVER"; } 2> /dev/null
    tpm_stop
    rm -rf "$W"
}
trap finish EXIT
export TSS2_LOG=all+NONE
n=0 failed=0
ok() { # STATUS NAME
    n=$((n + 1))
    if [ "$1" = 0 ]; then echo "ok $n - $2"; return; fi
    echo "not ok $n - $2"; failed=1
    tail -n 20 "$W/out" | sed 's/^/# /'
}
is() { # NAME WANTED-STATUS PATTERN COMMAND...
    local name=$1 wanted=$2 pattern=$3 status
    shift 3
    "$@" > "$W/out" 2>&1
    status=$?
    echo "status $status" >> "$W/out"
    [ "$status" = "$wanted" ] && { [ -z "$pattern" ] || grep -qE -- "$pattern" "$W/out"; }
    ok $? "$name"
}
FOLDER=$W/ca
ca() { "$B/vsc-ca" --folder "$FOLDER" "$@"; }
T="TPM Virtual Smart Card Logon"
# The accounts: nobody is the user, daemon another, bin a stranger.
submit() { # USER TEMPLATE CSR [NAME=VALUE...]: certmonger's SUBMIT
    setpriv --reuid "$1" --regid "$(id -g "$1")" --clear-groups env -i CERTMONGER_OPERATION=SUBMIT \
        CERTMONGER_CA_PROFILE="$2" CERTMONGER_CSR="$(cat "$3")" "${@:4}" \
        "$B/local-ca-submit" --socket "$W/ca.sock"
}
poll() { # USER COOKIE
    setpriv --reuid "$1" --regid "$(id -g "$1")" --clear-groups env -i CERTMONGER_OPERATION=POLL \
        CERTMONGER_CA_COOKIE="$2" "$B/local-ca-submit" --socket "$W/ca.sock"
}
request() { # NAME [openssl req options...]: NAME.csr for a new P-256 key
    openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$W/$1.key" \
        -out "$W/$1.csr" -subj /CN=whoever "${@:2}" 2> /dev/null
}
serials() { cut -f4 "$FOLDER/index.txt"; }
# Every line of the index has its certificate, and no number was given twice.
sound() {
    local serial
    [ -z "$(serials | sort | uniq -d)" ] && [ -f "$FOLDER/index.txt" ] || return 1
    for serial in $(serials); do
        openssl verify -CAfile "$FOLDER/ca.pem" "$FOLDER/certificates/$serial.pem" > /dev/null || return 1
    done
}

kept() { # all lines of $W/index.before are there, at most one more, and no number twice
    head -c "$(stat -c %s "$W/index.before")" "$FOLDER/index.txt" | cmp -s - "$W/index.before" &&
        [ $(($(serials | wc -l) - $(wc -l < "$W/index.before"))) -le 1 ] && [ -z "$(serials | sort | uniq -d)" ]
}

# ---- init, templates
is "init makes a CA" 0 '' ca init --upn-suffix corp.test --name "Test CA"
[ "$(stat -c %a "$FOLDER")" = 700 ] && [ -z "$(find "$FOLDER" -perm /077)" ]
ok $? "nobody else may read its folder"
is "init does not overwrite a CA" 1 'not empty' ca init --upn-suffix corp.test
ca certificate --out "$W/root.pem"
openssl x509 -in "$W/root.pem" -noout -text > "$W/out" && grep -q 'CA:TRUE, pathlen:0' "$W/out" &&
    grep -q 'Certificate Sign, CRL Sign' "$W/out"
ok $? "its certificate may sign certificates and lists, one level deep"
is "template duplicate" 0 '' ca template duplicate "Smartcard Logon" "$T" --allow-user nobody
is "a template has one base" 1 'no template "Web Server"' ca template duplicate "Web Server" X
is "a template that is there is not overwritten" 1 'there is a template' ca template duplicate "Smartcard Logon" "$T"
is "names of templates are no paths" 2 'not a name' ca template duplicate "Smartcard Logon" ../x
is "no renewal period that a profile cannot have" 2 '1 to 3650' ca template duplicate "Smartcard Logon" X --validity 9000 --renewal 3651
is "values of templates are checked" 2 'min-key-size' ca template duplicate "Smartcard Logon" X --min-key-size 1024
ca template duplicate "Smartcard Logon" Nobody
ca template duplicate "Smartcard Logon" Group --allow-group daemon --keys rsa --min-key-size 3072
ca template duplicate "Smartcard Logon" Approved --allow-user nobody --approval yes --prompt yes
is "template list" 0 "^$T\$" ca template list
"$B/vsc-ca" --folder "$FOLDER" serve --listen "$W/ca.sock" > "$W/server" 2>&1 &
SERVER=$!
until_socket "$W/ca.sock"

# ---- an ordinary user
request good
submit nobody "$T" "$W/good.csr" > "$W/good.pem" 2> "$W/out" && openssl verify -x509_strict \
    -CAfile "$W/root.pem" "$W/good.pem" > "$W/out" 2>&1
ok $? "an ordinary user gets a certificate, and openssl verifies it"
mkdir "$W/crls" && ca crl --out "$W/crls/ca.crl"
cat > "$W/check.conf" <<END
trust = { anchors = "$W/root.pem"; intermediates = ""; };
revocation = { crls = "$W/crls"; cache = ""; };
mapping = { rules = ( { method = "upn"; suffix = "corp.test"; account = "%u"; } ); };
END
is "certcheck accepts it" 0 'Would sign in as nobody' "$B/certcheck" -c "$W/check.conf" "$W/good.pem"
openssl x509 -in "$W/good.pem" -noout -text > "$W/out"
grep -q 'ecdsa-with-SHA256' "$W/out" && grep -q 'Microsoft Smartcard Login, TLS Web Client Authentication' "$W/out" &&
    grep -A1 'Key Usage: critical' "$W/out" | grep -q 'Digital Signature$' &&
    grep -q 'Subject Key Identifier' "$W/out" && grep -q 'Authority Key Identifier' "$W/out" &&
    grep -q 'othername: UPN::nobody@corp.test' "$W/out" && grep -q '1.3.6.1.4.1.311.21.7' "$W/out"
ok $? "profile of a certificate"
is "the same request again gets the same certificate" 0 '' \
    eval 'submit nobody "$T" "$W/good.csr" | cmp - "$W/good.pem"'
touch -d '2 hours ago' "$FOLDER"/requests/65534/*/serial
is "and much later another one" 1 'differ' eval 'submit nobody "$T" "$W/good.csr" | cmp - "$W/good.pem"'
is "without a name the one template of the user is meant" 2 'which template' submit nobody "" "$W/good.csr"
is "a user who is not allowed" 2 'daemon may not enroll' submit daemon "$T" "$W/good.csr"
is "a template for nobody" 2 'may not enroll' submit nobody Nobody "$W/good.csr"
is "a template that is not there" 2 'no template' submit nobody "$T x" "$W/good.csr"
is "the path of a file is no template" 2 'not sound' submit nobody "../templates/$T" "$W/good.csr"
is "root gets none over the socket" 2 'root has no smart card' submit root "$T" "$W/good.csr"
openssl req -new -newkey rsa:3072 -nodes -keyout "$W/big.key" -out "$W/big.csr" -subj /CN=x 2> /dev/null
is "a user of an allowed group" 0 'BEGIN CERTIFICATE' submit daemon Group "$W/big.csr"
is "IDENTIFY" 0 '^pam_vsc CA ' env -i CERTMONGER_OPERATION=IDENTIFY "$B/local-ca-submit" --socket "$W/ca.sock"
is "GET-SUPPORTED-TEMPLATES names the user's own" 0 "^Group\$" setpriv --reuid daemon --regid daemon \
    --clear-groups env -i CERTMONGER_OPERATION=GET-SUPPORTED-TEMPLATES "$B/local-ca-submit" --socket "$W/ca.sock"
! grep -q "$T" "$W/out"
ok $? "and no others"
is "FETCH-ROOTS" 0 'BEGIN CERTIFICATE' env -i CERTMONGER_OPERATION=FETCH-ROOTS "$B/local-ca-submit" --socket "$W/ca.sock"
is "an operation that is not supported" 6 '' env -i CERTMONGER_OPERATION=DANCE "$B/local-ca-submit" --socket "$W/ca.sock"
is "no CA here" 4 'there is no CA' env -i CERTMONGER_OPERATION=SUBMIT "$B/local-ca-submit" --socket "$W/no.sock"
: > "$W/dead.sock"
is "a CA that does not answer" 3 '' env -i CERTMONGER_OPERATION=SUBMIT "$B/local-ca-submit" --socket "$W/dead.sock"

# ---- nothing but the key is taken from a request (ESC1)
extensions() { # of a certificate, but those that name keys and numbers
    openssl x509 -in "$1" -noout -subject -ext basicConstraints,keyUsage,extendedKeyUsage,subjectAltName
    openssl asn1parse -in "$1" | grep -o 'OBJECT .*'
}
hostile() { # NAME EXTENSION-LINE...
    printf '[req]\ndistinguished_name=dn\nreq_extensions=x\nprompt=no\n[dn]\nCN=root\nO=Evil\n[x]\n' > "$W/evil.cnf"
    printf '%s\n' "${@:2}" >> "$W/evil.cnf"
    openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$W/evil.key" \
        -config "$W/evil.cnf" -out "$W/evil.csr" 2> "$W/out" &&
        submit nobody "$T" "$W/evil.csr" CERTMONGER_REQ_PRINCIPAL=root@corp.test \
            CERTMONGER_REQ_SUBJECT=CN=root > "$W/evil.pem" 2> "$W/out" &&
        diff <(extensions "$W/good.pem") <(extensions "$W/evil.pem") > "$W/out"
    ok $? "ESC1: $1"
}
hostile "another's UPN in the request" 'subjectAltName=otherName:1.3.6.1.4.1.311.20.2.3;UTF8:root@corp.test,DNS:evil.test'
hostile "CA:TRUE in the request" 'basicConstraints=critical,CA:TRUE' 'keyUsage=keyCertSign,cRLSign'
hostile "other usages in the request" 'extendedKeyUsage=serverAuth,codeSigning,anyExtendedKeyUsage'
hostile "a SID and a template in the request" '1.3.6.1.4.1.311.25.2=DER:30030201ff' '1.3.6.1.4.1.311.20.2=ASN1:BMPSTRING:DomainController'
"$B/certcheck" -c "$W/check.conf" --user root "$W/evil.pem" > "$W/out" 2>&1
[ $? = 1 ]
ok $? "ESC1: certcheck does not take it for the other"
request issue-evil -addext 'subjectAltName=otherName:1.3.6.1.4.1.311.20.2.3;UTF8:root@corp.test' -addext 'basicConstraints=CA:TRUE'
is "ESC1: nor does issue by root" 0 '' ca issue --user nobody --template "$T" --csr "$W/issue-evil.csr" --out "$W/issue.pem"
diff <(extensions "$W/good.pem") <(extensions "$W/issue.pem") > "$W/out"
ok $? "ESC1: whose --user it is"
ca identity set nobody --upn no.body@corp.test --sid S-1-5-21-1004336348-1177238915-682003330-1103
request sid && submit nobody "$T" "$W/sid.csr" > "$W/sid.pem" && "$B/certcheck" facts --json "$W/sid.pem" > "$W/out"
grep -q 'no.body@corp.test' "$W/out" && grep -q 'S-1-5-21-1004336348-1177238915-682003330-1103' "$W/out"
ok $? "UPN and SID that root has set for the account"
ca identity remove nobody
is "a UPN is checked" 2 'not a UPN' ca identity set nobody --upn $'x\n[evil]@corp.test'

# ---- keys and requests that are refused
refused() { # NAME PATTERN CSR
    is "$1" 2 "$2" submit nobody "$T" "$3"
}
openssl req -new -newkey rsa:1024 -nodes -keyout "$W/k" -out "$W/short.csr" -subj /CN=x 2> /dev/null
refused "a key that is too short" '1024 bits' "$W/short.csr"
openssl req -new -newkey rsa:2048 -nodes -keyout "$W/k" -out "$W/2048.csr" -subj /CN=x 2> /dev/null
is "a key below the template's minimum" 2 'may not|2048 bits' submit daemon Group "$W/2048.csr"
is "a kind of key that the template does not take" 2 'no p256 key' submit daemon Group "$W/good.csr"
openssl req -new -newkey ed25519 -nodes -keyout "$W/k" -out "$W/ed.csr" -subj /CN=x 2> /dev/null
refused "another kind of key" 'kind' "$W/ed.csr"
openssl req -new -newkey rsa-pss -pkeyopt rsa_keygen_bits:2048 -nodes -keyout "$W/k" -out "$W/pss.csr" -subj /CN=x 2> /dev/null
refused "a key for PSS only" 'PSS' "$W/pss.csr"
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:explicit -nodes \
    -keyout "$W/k" -out "$W/explicit.csr" -subj /CN=x 2> /dev/null
refused "a curve that is not named" 'kind|key' "$W/explicit.csr"
openssl req -in "$W/good.csr" -outform DER -out "$W/der" && printf '\x00' | dd of="$W/der" bs=1 conv=notrunc \
    seek=$(($(stat -c %s "$W/der") - 8)) status=none && { echo '-----BEGIN CERTIFICATE REQUEST-----'
    base64 -w 64 "$W/der"; echo '-----END CERTIFICATE REQUEST-----'; } > "$W/forged.csr"
refused "a request that its key did not sign" 'not signed' "$W/forged.csr"
echo nonsense > "$W/nonsense.csr"
refused "no request" 'no certificate request' "$W/nonsense.csr"
head -c 70000 /dev/zero | tr '\0' A > "$W/large.csr"
refused "a request that is too large" 'too large' "$W/large.csr"
[ "$(serials | wc -l)" = "$(ls "$FOLDER/certificates" | wc -l)" ] && sound
ok $? "of what was refused nothing is in the index"

# ---- approval
request wait
submit nobody Approved "$W/wait.csr" > "$W/out" 2>&1
[ $? = 5 ] && head -n 1 "$W/out" | grep -qx '[0-9]*' && cookie=$(sed -n 2p "$W/out") && grep -qx '[0-9a-f]\{32\}' <<< "$cookie"
ok $? "a request that wants approval: status 5, seconds and a cookie"
is "pending" 0 "^$cookie +nobody +.*Approved" ca pending
is "it is polled for" 5 "^$cookie" poll nobody "$cookie"
is "not by another user" 2 'no such request' poll daemon "$cookie"
is "a cookie is no path" 2 'not sound' poll nobody ../65534
is "approve" 0 '^[0-9A-F]' ca approve "$cookie"
is "and the next poll has the certificate" 0 'BEGIN CERTIFICATE' poll nobody "$cookie"
is "what is approved is not approved again" 1 'is issued' ca approve "$cookie"
request no && submit nobody Approved "$W/no.csr" > "$W/out" 2>&1
cookie=$(sed -n 2p "$W/out")
is "deny" 0 '' ca deny "$cookie" --reason "Ask in person"
is "deny tells the reason" 2 '^denied: Ask in person' poll nobody "$cookie"
is "what is denied is not approved" 1 'denied' ca approve "$cookie"
request late && submit nobody Approved "$W/late.csr" > "$W/out" 2>&1
cookie=$(sed -n 2p "$W/out")
ca template change Approved --allow-user daemon
is "who lost the right is not approved" 1 'any more' ca approve "$cookie"
is "a changed template has a higher version" 0 '^version = 101' ca template show Approved
ca template change Approved --allow-user nobody
for i in $(seq 20); do
    request "many" && submit nobody Approved "$W/many.csr" > "$W/out" 2>&1 || [ $? = 5 ] || break
done
grep -q 'too many requests' "$W/out" && [ "$i" -lt 20 ]
ok $? "one user does not fill the queue"

# ---- revocation
serial=$(openssl x509 -in "$W/good.pem" -noout -serial) serial=${serial#serial=}
number() { openssl crl -in "$1" -noout -crlnumber | sed 's/.*=\(0x\)*//'; }
before=$(number "$W/crls/ca.crl")
is "revoke" 0 '' ca revoke "$W/good.pem" --reason keyCompromise
ca crl --out "$W/crls/ca.crl"
is "certcheck refuses what is revoked" 1 'revoked' "$B/certcheck" -c "$W/check.conf" "$W/good.pem"
[ $((0x$(number "$W/crls/ca.crl"))) -gt $((0x$before)) ] && openssl crl -in "$W/crls/ca.crl" -noout -text | grep -q 'Key Compromise'
ok $? "each list has a higher number, and the reason"
is "not twice" 1 'is revoked' ca revoke "$serial"
is "not what another CA has issued" 1 'no certificate' ca revoke 0123
request after && submit nobody "$T" "$W/after.csr" > "$W/after.pem"
is "others are still good" 0 'Would sign in' "$B/certcheck" -c "$W/check.conf" "$W/after.pem"
is "list" 0 "^$serial  revoked" ca list

# ---- several at once, kills, a full disk
count=$(serials | wc -l)
for i in 1 2 3 4 5 6; do request "p$i"; done
for i in 1 2 3 4 5 6; do
    ca issue --user nobody --template "$T" --csr "$W/p$i.csr" --out "$W/p$i.pem" 2> "$W/p$i.err" &
    eval "pid$i=\$!"
done
status=0
for i in 1 2 3 4 5 6; do eval "wait \$pid$i" || status=1; done
cat "$W"/p?.err > "$W/out"
[ $status = 0 ] && [ "$(serials | wc -l)" = $((count + 6)) ] && sound
ok $? "six at once: six certificates"
bad=0
for i in $(seq 16); do
    cp "$FOLDER/index.txt" "$W/index.before"
    request kill
    setsid "$B/vsc-ca" --folder "$FOLDER" issue --user nobody --template "$T" --csr "$W/kill.csr" > /dev/null 2>&1 &
    sleep "0.$(printf '%03d' $((RANDOM % 400)))"
    kill -9 -- "-$!" 2> /dev/null
    wait $! 2> /dev/null
    kept || { bad=1; break; }
done
[ $bad = 0 ] && sound
ok $? "killed at any moment: the index is whole, and no number is given twice"
bad=0
for i in 1 2 3 4 5 6 8 10 12 16; do
    cp "$FOLDER/index.txt" "$W/index.before"
    request kill
    KILL_AT=$i LD_PRELOAD="$B/tests/kill_shim.so" "$B/vsc-ca" --folder "$FOLDER" issue --user nobody \
        --template "$T" --csr "$W/kill.csr" > "$W/out" 2>&1
    kept || { bad=1; break; }
done
[ $bad = 0 ] && sound
ok $? "a program of it killed at each of its writes: the same"
# What a sign-in reads: each file there that is not hidden. The copy waits in the middle, for a FIFO.
mkdir -p "$W/read/taken/by" && mv "$FOLDER/ca.pem" "$W/ca.pem" && mkfifo "$FOLDER/ca.pem"
ca certificate --out "$W/read/ca.pem" > "$W/out" 2>&1 &
timeout 120 bash -c 'exec 3> "$1" && ls "$2" > "$3" && cat "$4" >&3' - "$FOLDER/ca.pem" "$W/read" "$W/seen" "$W/ca.pem"
wait $! && mv -f "$W/ca.pem" "$FOLDER/ca.pem" && [ "$(cat "$W/seen")" = taken ] && cmp -s "$W/read/ca.pem" "$FOLDER/ca.pem"
ok $? "a file where a sign-in reads it: half of it is not seen"
ca crl --out "$W/read/taken" > "$W/out" 2>&1; [ $? = 3 ] && [ "$(ls -A "$W/read" | tr '\n' ' ')" = "ca.pem taken " ]
ok $? "and nothing of it stays where it fails"
request next
is "and the next one is issued" 0 'BEGIN CERTIFICATE' submit nobody "$T" "$W/next.csr"
# As a crash leaves it: certificate and record are there, the index is not.
request torn && submit nobody "$T" "$W/torn.csr" > "$W/torn.pem"
sed -i '$d' "$FOLDER/index.txt"
submit nobody "$T" "$W/torn.csr" > "$W/torn2.pem" 2> "$W/out" && ! cmp -s "$W/torn.pem" "$W/torn2.pem" && sound &&
    serials | grep -q "$(openssl x509 -in "$W/torn2.pem" -noout -serial | cut -d= -f2)"
ok $? "what the index does not know was never issued: another is"
unshare --mount bash -c '
    set -u; W=$1 B=$2
    mkdir "$W/small" && mount -t tmpfs -o size=300k,mode=755 tmpfs "$W/small" && cd / || exit 1
    ca() { "$B/vsc-ca" --folder "$W/small/ca" "$@"; }
    ca init --upn-suffix corp.test && ca template duplicate "Smartcard Logon" T --allow-user nobody || exit 1
    issued=0
    for left in 0 4 8 12 16 20 24 28 32 36 40 44 48 64; do
        free=$(df --output=avail -k "$W/small" | tail -n 1)
        head -c "$(((free - left) * 1024))" /dev/zero > "$W/small/filler"
        if ca issue --user nobody --template T --csr "$W/next.csr" > "$W/full.pem" 2> "$W/full.err"; then
            issued=$((issued + 1)); openssl x509 -in "$W/full.pem" -noout || exit 1
        fi
        rm "$W/small/filler"
        [ "$(wc -l < "$W/small/ca/index.txt")" = $issued ] || exit 1
        echo "$left KiB: $issued issued: $(cat "$W/full.err")"
    done
    [ $issued -lt 14 ] && ca issue --user nobody --template T --csr "$W/next.csr" > "$W/full.pem" && ca crl > /dev/null &&
        [ "$(cut -f4 "$W/small/ca/index.txt" | sort -u | wc -l)" = $((issued + 1)) ]
' - "$W" "$B" > "$W/out" 2>&1
ok $? "a full disk: an error, and the index as it was"
chmod 755 "$FOLDER"
is "a folder that others may read is refused" 3 'mode 0700' ca pending
chmod 700 "$FOLDER"

# ---- a profile for vsc-enroll
ca template duplicate "Smartcard Logon" "For All" --allow-user nobody --allow-group daemon --renewal 20 --validity 90 --prompt no --keys rsa,p256 --min-key-size 3072 --attestation required
is "template profile" 0 'name = "For-All";' ca template profile "For All"
grep -q '^renew_days = 20;$' "$W/out" && grep -q '^prompt = false;$' "$W/out" && grep -q '^key = "rsa3072";$' "$W/out" && grep -q '^version = 100;$' "$W/out" &&
    grep -q '^attestation = true;$' "$W/out" && grep -q '^users = \[ "nobody" \];$' "$W/out" && grep -q '^groups = \[ "daemon" \];$' "$W/out" && grep -q '^upn = "%u@corp.test";$' "$W/out"
ok $? "template profile: renewal, prompt, key, version, attestation and who may enroll are the template's"
ca template change "For All" --prompt yes --attestation none --keys p256
mkdir -m 755 "$W/enroll.d"
is "template profile to a file" 0 '' ca template profile "For All" --out "$W/enroll.d/all.conf"
printf 'enroll = { profiles = "%s/enroll.d"; };\n' "$W" > "$W/enroll.conf"
is "vsc-enroll takes it" 0 '"prompt": *true' setpriv --reuid nobody --regid "$(id -g nobody)" --clear-groups env -i "$B/vsc-enroll" list --json -c "$W/enroll.conf"
grep -q '^version = 101;$' "$W/enroll.d/all.conf" && grep -q '^key = "p256";$' "$W/enroll.d/all.conf" && [ "$(stat -c %a "$W/enroll.d/all.conf")" = 644 ]
ok $? "template profile: a changed template has a higher version there too"
ca template duplicate "Smartcard Logon" Nobodys
is "template profile: none for a template that is for nobody" 1 'nobody may enroll' ca template profile Nobodys
ca template duplicate "Smartcard Logon" Large --allow-user nobody --keys rsa --min-key-size 4096
is "template profile: none for a key that no card makes" 1 'no card makes' ca template profile Large

# ---- with a card in a TPM: attestation, and a sign-in
tpm_start "$W/tpm" || { echo "not ok $((n + 1)) - software TPM"; echo "1..$((n + 1))"; exit 1; }
mkdir -m 755 "$W/store" "$W/helpers" "$W/services"
cp "$B/vsc-card" "$B/vsc-check" "$B/pam_vsc.so" "$W/helpers/"
cat > "$W/conf" <<END
card = { backends = [ "tpm" ]; store = "$W/store"; tcti = "$TCTI"; };
helpers = { card_user = ""; check_user = ""; };
trust = { anchors = "$W/root.pem"; intermediates = ""; };
revocation = { crls = "$W/crls"; cache = ""; };
mapping = { rules = ( { method = "upn"; suffix = "corp.test"; account = "%u"; } ); };
END
printf 'auth required %s/helpers/pam_vsc.so config=%s/conf helpers=%s/helpers\n' "$W" "$W" "$W" > "$W/services/vsc"
vscmgr() { "$B/vscmgr" "$@" -c "$W/conf"; }
ca template duplicate "Smartcard Logon" Attested --allow-user nobody --attestation required
vscmgr create --name Nobody --owner nobody --generate --key p256 --attestation aik_only > "$W/out" 2>&1 &&
    echo 12345678 | vscmgr csr Nobody --pin stdin --out "$W/card.csr" > "$W/out" 2>&1 &&
    vscmgr attest Nobody --csr "$W/card.csr" --out "$W/bundle" && chmod 644 "$W/bundle"
ok $? "a card with an attestation key"
is "attestation required: without a bundle no certificate" 2 'no attestation' submit nobody Attested "$W/card.csr"
is "attestation required: not by an attestation key that nobody has proven" 2 'does not show' \
    submit nobody Attested "$W/card.csr" VSC_ATTESTATION_FILE="$W/bundle"
ca attestation-key add "$(jq -r .ak.name "$W/bundle")"
is "attestation required: a key in the TPM gets its certificate" 0 'BEGIN CERTIFICATE' \
    submit nobody Attested "$W/card.csr" VSC_ATTESTATION_FILE="$W/bundle"
cp "$W/out" "$W/card.pem" && sed -i '/^status /d' "$W/card.pem"
is "attestation required: not for a key that is not in the TPM" 2 'does not show' \
    submit nobody Attested "$W/good.csr" VSC_ATTESTATION_FILE="$W/bundle"
vscmgr generate Nobody --key p256 > "$W/out" 2>&1
echo 12345678 | vscmgr csr Nobody --pin stdin --out "$W/card2.csr" > "$W/out" 2>&1
is "attestation required: nor for another key of the card" 2 'does not show' \
    submit nobody Attested "$W/card2.csr" VSC_ATTESTATION_FILE="$W/bundle"
is "a bundle that cannot be read" 4 'VSC_ATTESTATION_FILE' submit nobody Attested "$W/card.csr" VSC_ATTESTATION_FILE="$W/nowhere"
ca attestation-key remove "$(jq -r .ak.name "$W/bundle")"
is "attestation required: nor when the CA no longer knows it" 2 'does not show' \
    submit nobody Attested "$W/card2.csr" VSC_ATTESTATION_FILE="$W/bundle"
vscmgr import Nobody "$W/card.pem" > "$W/out" 2>&1 &&
    LD_PRELOAD=libpam_wrapper.so PAM_WRAPPER=1 PAM_WRAPPER_SERVICE_DIR="$W/services" PAM_WRAPPER_DISABLE_DEEPBIND=1 \
        pamtester vsc nobody authenticate > "$W/out" 2>&1 <<< 12345678 && grep -q 'successfully authenticated' "$W/out"
ok $? "the user signs in with the card and the CA's certificate"
! grep -E 'BEGIN|12345678' "$W/server" > "$W/out" && grep -q 'uid=65534 operation=SUBMIT .*status=0' "$W/server"
ok $? "the server logs a line for each question, and no request"
kill "$SERVER" && wait "$SERVER"
SERVER=
[ ! -e "$W/ca.sock" ]
ok $? "the socket is gone with the server"
echo "1..$n"
exit $failed
