#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# vsc-pkcs11.so in other people's programs: pkcs11-tool, p11tool and gnutls-cli, ssh and ssh-agent,
# NSS (as Firefox has it), and kinit with PKINIT against an MIT KDC. In a network namespace of its own.
set -u
if [ "${1:-}" != inside ]; then
    [ "$(id -u)" = 0 ] || { echo "1..0 # SKIP needs root"; exit 0; }
    exec unshare --net --pid --fork --kill-child --mount-proc "$0" inside
fi
ip link set lo up
B=$(realpath "${B:-build}")
. tests/rig/tpm.sh
. tests/domain/kdc.sh
D=$(mktemp -d) || exit 1
trap 'kdc_stop; tpm_stop; rm -rf "$D"' EXIT
chmod 700 "$D"
export TSS2_LOG=all+NONE VSC_PKCS11_SOCKET=$D/card.sock
MODULE=$B/vsc-pkcs11.so PIN=12345678
TESTS=0
echo 1..17

check() {
    local status=$?
    TESTS=$((TESTS + 1))
    if [ $status -eq 0 ]; then echo "ok $TESTS - $1"; else echo "not ok $TESTS - $1"; sed 's/^/# /' "$D/out" | tail -n 40; fi
}
said() { grep -q -- "$1" "$D/out"; }

cat > "$D/conf" <<CONF
card = { store = "$D/store"; tcti = "@TCTI@"; socket = "$D/card.sock"; };
helpers = { card_user = ""; check_user = ""; };
CONF
{
    tpm_start "$D/tpm" && sed -i "s|@TCTI@|$TCTI|" "$D/conf" &&
        tests/pki/make-pki.sh base "$D/pki" root CORP.TEST &&
        echo $PIN | "$B/vscmgr" create --name Alice --owner root --pin stdin --adminkey random \
            --generate -c "$D/conf" && "$B/vscmgr" generate Alice --key p256 -c "$D/conf" &&
        echo $PIN | "$B/vscmgr" csr Alice --key-id 00 --upn root@CORP.TEST --pin stdin \
            --out "$D/a.csr" -c "$D/conf" &&
        tests/pki/make-pki.sh issue "$D/pki" "$D/a.csr" "$D/a.pem" --upn root@CORP.TEST &&
        "$B/vscmgr" import Alice "$D/a.pem" -c "$D/conf"
} > "$D/out" 2>&1
check "a card with an RSA and a P-256 key, and a certificate"
"$B/vsc-card" -c "$D/conf" --listen "$D/card.sock" 2> "$D/log" &
until_socket "$D/card.sock"
cat "$D"/pki/anchors/*.pem "$D"/pki/intermediates/*.pem > "$D/cas.pem"

pkcs11-tool --module "$MODULE" -L -M > "$D/out" 2>&1 && said 'token label *: Alice' &&
    [ "$(grep -c keySize "$D/out")" = 3 ] && ! grep keySize "$D/out" | grep -qv ', sign'
check "pkcs11-tool: the token, and mechanisms that sign and do nothing else"
pkcs11-tool --module "$MODULE" --login --pin $PIN --test > "$D/out" 2>&1 && said 'No errors' &&
    said 'RSA-PKCS: OK'
check "pkcs11-tool --test"
head -c 32 /dev/urandom > "$D/hash"
pkcs11-tool --module "$MODULE" --login --pin $PIN --sign -m ECDSA --id 01 -i "$D/hash" \
    -o "$D/sig" --signature-format openssl > "$D/out" 2>&1 &&
    pkcs11-tool --module "$MODULE" --read-object --type pubkey --id 01 -o "$D/pub" >> "$D/out" 2>&1 &&
    openssl pkeyutl -verify -pubin -keyform DER -inkey "$D/pub" -in "$D/hash" -sigfile "$D/sig" >> "$D/out" 2>&1
check "pkcs11-tool: an ECDSA signature that OpenSSL verifies"
! pkcs11-tool --module "$MODULE" --login --pin 87654321 -O > "$D/out" 2>&1 && said CKR_PIN_INCORRECT &&
    pkcs11-tool --module "$MODULE" -L > "$D/out" 2>&1 && said 'user PIN count low'
check "pkcs11-tool: a wrong PIN, and the flag that tells of it"
pkcs11-tool --module "$MODULE" --login --pin $PIN --change-pin --new-pin 'another one' > "$D/out" 2>&1 &&
    pkcs11-tool --module "$MODULE" --login --pin 'another one' --change-pin --new-pin $PIN >> "$D/out" 2>&1
check "pkcs11-tool: the PIN is changed"

export GNUTLS_PIN=$PIN
url=$(p11tool --provider "$MODULE" --login --list-privkeys --only-urls 2> "$D/out" | head -n 1)
p11tool --provider "$MODULE" --login --test-sign "$url" > "$D/out" 2>&1
check "p11tool --test-sign"
p11tool --provider "$MODULE" --login --test-sign --sign-params=rsa-pss "$url" > "$D/out" 2>&1
check "p11tool --test-sign with PSS"

# ---- TLS ---------------------------------------------------------------------------------------
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$D/server.key" -out "$D/server.pem" -days 2 \
    -subj /CN=localhost -addext subjectAltName=DNS:localhost > "$D/out" 2>&1
openssl s_server -accept 127.0.0.1:4433 -cert "$D/server.pem" -key "$D/server.key" -Verify 4 \
    -verify_return_error -CAfile "$D/cas.pem" -www > "$D/server.log" 2>&1 &
until_port 4433
printf 'GET / HTTP/1.0\r\n\r\n' | timeout 30 gnutls-cli --provider "$MODULE" --insecure -p 4433 \
    --x509certfile 'pkcs11:token=Alice;id=%00;type=cert' \
    --x509keyfile 'pkcs11:token=Alice;id=%00;type=private' localhost > "$D/out" 2>&1
said 'Verify return code: 0 (ok)'
check "gnutls-cli: a TLS client certificate"
echo $PIN > "$D/pin"
{
    mkdir "$D/nss" && certutil -N -d "sql:$D/nss" --empty-password &&
        modutil -force -dbdir "sql:$D/nss" -add vsc -libfile "$MODULE" &&
        certutil -A -d "sql:$D/nss" -n root -t CT,C,C -i "$D/pki/anchors/root.pem" &&
        certutil -A -d "sql:$D/nss" -n server -t P,, -i "$D/server.pem"
    for file in "$D"/pki/intermediates/*.pem; do
        certutil -A -d "sql:$D/nss" -n issuing -t ,, -i "$file"
    done
    certutil -K -d "sql:$D/nss" -h Alice -f "$D/pin"
} > "$D/out" 2>&1
said 'rsa *00 ' && said 'ec *01 '
check "NSS: the module is added, and its keys are listed"
for version in tls1.2 tls1.3; do
    printf 'GET / HTTP/1.0\r\n\r\n' | timeout 30 tstclnt -4 -h localhost -p 4433 -d "sql:$D/nss" \
        -n 'Alice:Alice 00' -W "$D/pin" -V $version:$version > "$D/out" 2>&1
    said 'Verify return code: 0 (ok)'
    check "NSS: a client certificate over $version"
done

# ---- ssh ---------------------------------------------------------------------------------------
mkdir -p "$D/sshd" && ssh-keygen -q -t ed25519 -N '' -f "$D/sshd/key" > "$D/out" 2>&1
ssh-keygen -D "$MODULE" > "$D/keys" 2> "$D/out" && chmod 600 "$D/keys" && [ "$(wc -l < "$D/keys")" = 2 ]
check "ssh-keygen -D lists both keys"
printf '#!/bin/sh\necho %s\n' $PIN > "$D/askpass" && chmod 755 "$D/askpass"
export SSH_ASKPASS=$D/askpass SSH_ASKPASS_REQUIRE=force
if [ ! -d /run/sshd ]; then mkdir /run/sshd; made=1; fi
"$(command -v sshd || echo /usr/sbin/sshd)" -f /dev/null -p 2222 -o ListenAddress=127.0.0.1 -h "$D/sshd/key" -D -e \
    -o AuthorizedKeysFile="$D/keys" -o StrictModes=no -o UsePAM=no -o PidFile=none 2> "$D/sshd/log" &
until_port 2222
timeout 60 ssh -F none -p 2222 -o PKCS11Provider="$MODULE" -o StrictHostKeyChecking=no \
    -o UserKnownHostsFile=/dev/null -o IdentityFile=none 127.0.0.1 echo signed in > "$D/out" 2>&1 && said 'signed in'
check "ssh signs in with the card"
[ -z "${made:-}" ] || rmdir /run/sshd
eval "$(ssh-agent -a "$D/agent" -P "$MODULE")" > "$D/out" 2>&1
ssh-add -s "$MODULE" >> "$D/out" 2>&1 && head -n 1 "$D/keys" > "$D/rsa.pub" && tail -n 1 "$D/keys" > "$D/ec.pub" &&
    ssh-add -T "$D/rsa.pub" "$D/ec.pub" >> "$D/out" 2>&1
check "ssh-agent signs with both keys"

# ---- Kerberos ----------------------------------------------------------------------------------
kdc_start "$D/kdc" "$D/pki" root > "$D/out" 2>&1
check "a Kerberos KDC with PKINIT"
echo $PIN | KRB5_TRACE=$D/out timeout 60 kinit -X X509_user_identity="PKCS11:module_name=$MODULE:certid=00" \
    root@CORP.TEST > "$D/kinit" 2>&1
klist > "$D/out" 2>&1 && said 'krbtgt/CORP.TEST@CORP.TEST' && ! grep -q Password "$D/kinit"
check "kinit gets a ticket with the card"
