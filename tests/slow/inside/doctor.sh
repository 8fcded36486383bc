# SPDX-License-Identifier: BSD-2-Clause
# Inside a throwaway root: see tests/slow/doctor.sh.
. tests/rig/site.sh
. tests/rig/proxy.sh
export TSS2_LOG=all+NONE
CONF=/etc/pam_vsc/pam_vsc.conf
LOCKOUT=lockout-password

doctor() { vscmgr doctor --json "$@" > "$W/json" 2> "$LOG"; }
ids() { jq -r '[.[] | select(.fixed | not).id] | unique | join(" ")' "$W/json"; }
alive() { echo 12345678 | vscmgr csr Alice --pin stdin --out "$W/alive.csr" > "$LOG" 2>&1; }

# found ID WHAT [DOCTOR OPTION...]: this id and no other
found() {
    local id=$1 what=$2
    shift 2
    doctor "$@"
    [ $? = 1 ] && [ "$(ids)" = "$id" ] && [ "$(jq -r '.[0].remedy' "$W/json")" != "" ]
    ok $? "$id: $what"
    [ "$(ids)" = "$id" ] || sed 's/^/# /' "$W/json"
}
healthy() { # ID: nothing is found any more, and the card signs
    doctor && [ "$(jq length "$W/json")" = 0 ] && alive
    ok $? "$1: gone, and the card is alive"
    [ "$(jq length "$W/json")" = 0 ] || sed 's/^/# /' "$W/json"
}
mends() { # ID [DOCTOR OPTION...]
    local id=$1
    shift
    doctor --fix "$@" && jq -e ".[] | select(.id == \"$id\").fixed" "$W/json" > /dev/null
    ok $? "$id: --fix mends it"
    healthy "$id"
}
listen() {
    /usr/libexec/pam_vsc/vsc-card --listen /run/pam_vsc/card.sock 2> "$W/listen.log" &
    LISTENER=$!
    until_socket "/run/pam_vsc/card.sock"
}

{ site_install && site_trust && site_card; } > "$LOG" 2>&1
rm -f /etc/pam.d/vsc-test && ok 0 "an installed site with a card"
{ tpm2_changeauth -c lockout "$LOCKOUT" && listen; } >> "$LOG" 2>&1
ok $? "its lockout hierarchy has a password, and vsc-card listens"
doctor
[ $? = 0 ] && [ "$(jq length "$W/json")" = 0 ]
ok $? "a healthy computer: nothing is found"
sed 's/^/# /' "$W/json" | grep -v '\[\]'
[ "$(vscmgr doctor)" = "Nothing is wrong." ]
ok $? "and it says so"
cp "$CONF" "$W/good.conf"
mended() { cp "$W/good.conf" "$CONF"; }
setting() { sed "s|^mapping|$1\nmapping|" "$W/good.conf" > "$CONF"; }

# ---- configuration and computer
echo 'nonsense = 1;' >> "$CONF"
found conf-fault "an unknown key"
jq -r '.[0].detail' "$W/json" | grep -q 'pam_vsc.conf:[0-9]*: nonsense'
ok $? "conf-fault: file, line and key are named"
mended; healthy conf-fault
printf '%s\n' '-----BEGIN CERTIFICATE-----' MIIB '-----END CERTIFICATE-----' > /etc/pam_vsc/intermediates/broken.pem
found conf-fault "an intermediate that cannot be read"
jq -r '.[0].detail' "$W/json" | grep -q 'trust.intermediates: .*broken.pem: '
ok $? "conf-fault: the key and the file are named"
rm /etc/pam_vsc/intermediates/broken.pem; healthy conf-fault
mkdir "$W/none"; setting "trust = { anchors = \"$W/none\"; };"
doctor; grep -q '"no-anchor"' "$W/json"
ok $? "no-anchor: an empty folder"
mended; healthy no-anchor
sed '/^mapping/d' "$W/good.conf" > "$CONF"
doctor; grep -q '"no-rule"' "$W/json"
ok $? "no-rule: a configuration without rules"
mended; healthy no-rule
sed 's|card = {|card = { pkcs11_modules = [ "/usr/lib/none.so" ];|' "$W/good.conf" > "$CONF"
found pkcs11-module "a module that is not there"
mended; healthy pkcs11-module
mv /usr/libexec/pam_vsc/vsc-check "$W/vsc-check"
found helper-missing "vsc-check is not there"
install -m 775 "$W/vsc-check" /usr/libexec/pam_vsc/vsc-check
found helper-missing "vsc-check can be written by a group"
install -m 755 "$W/vsc-check" /usr/libexec/pam_vsc/vsc-check
healthy helper-missing
setting 'helpers = { check_user = "no-such"; };'
found helper-user "a user that does not exist"
mended; healthy helper-user
gpasswd -d _vsc tss > "$LOG" 2>&1
found helper-group "_vsc without group tss"
gpasswd -a _vsc tss > "$LOG" 2>&1; healthy helper-group
setting 'helpers = { check_user = ""; };'
found helper-stays "an empty user"
mended; healthy helper-stays
kill "$LISTENER"; wait "$LISTENER" 2> /dev/null
found socket "nobody listens"
listen; healthy socket
for part in landlock seccomp; do
    "$B/tests/without" $part /usr/sbin/vscmgr doctor --json > "$W/json" 2> "$LOG"
    [ $? = 1 ] && [ "$(ids)" = sandbox ]
    ok $? "sandbox: a kernel without $part"
done

# ---- the TPM
sed 's|port=[0-9]*|port=9|' "$W/good.conf" > "$CONF"
found tpm-missing "nothing answers"
mended; healthy tpm-missing
touch "$W/tpmrm0"; chmod 600 "$W/tpmrm0"
sed "s|swtpm:[^\"]*|device:$W/tpmrm0|" "$W/good.conf" > "$CONF"
found "tpm-missing tpm-permission" "root's device"
chgrp tss "$W/tpmrm0"; chmod 666 "$W/tpmrm0"
found "tpm-missing tpm-permission" "everybody's device"
chmod 660 "$W/tpmrm0"
found tpm-missing "a device of group tss has the right mode"
mended
tpm2_hierarchycontrol -C p shEnable clear > "$LOG" 2>&1
doctor; grep -q '"tpm-disabled"' "$W/json"
ok $? "tpm-disabled: the owner hierarchy is off"
tpm2_hierarchycontrol -C p shEnable set > "$LOG" 2>&1; healthy tpm-disabled
# GetCapability of ECC (0x23) fails: as good as a TPM without it.
proxy_start "$W/proxy.log" --fail 0x17a:0x143:0000000000000023
sed "s|swtpm:[^\"]*|$TCTI|" "$W/good.conf" > "$CONF"
found tpm-algorithm "a TPM without ECC"
proxy_stop; mended; healthy tpm-algorithm
tpm2_changeauth -c lockout -p "$LOCKOUT" > "$LOG" 2>&1
found lockout-open "no password"
doctor --fix; [ "$(ids)" = lockout-open ]
ok $? "lockout-open: --fix alone sets none"
mends lockout-open --lockoutauth stdin <<< "$LOCKOUT"
tpm2_changeauth -c lockout -p "$LOCKOUT" > "$LOG" 2>&1
ok $? "lockout-open: the password is the one that was given"
vscmgr doctor --fix --lockoutauth random > "$W/text" 2> "$LOG"
shown=$(sed -n 's/.*shown only now: //p' "$LOG")
[ ${#shown} -ge 32 ] && tpm2_changeauth -c lockout -p "$shown" "$LOCKOUT" > "$LOG" 2>&1
ok $? "lockout-open: a random one is shown once"
healthy lockout-open
tpm2_dictionarylockout -s -n 5000 -t 600 -l 86400 -p "$LOCKOUT" > "$LOG" 2>&1
found da-lax "5000 tries"
doctor --fix; [ "$(ids)" = da-lax ] && grep -q 'da-lax: not mended' "$LOG"
ok $? "da-lax: without the lockout password it says why it is not mended"
mends da-lax --lockoutauth stdin <<< "$LOCKOUT"
tpm2_dictionarylockout -s -n 3 -t 1000 -l 86400 -p "$LOCKOUT" > "$LOG" 2>&1
found da-strict "3 tries, one forgotten in 1000 s"
mends da-strict --lockoutauth stdin <<< "$LOCKOUT"
tpm2_dictionarylockout -s -n 10 -t 600 -l 86400 -p "$LOCKOUT" > "$LOG" 2>&1
tpm2_nvdefine -C o -s 8 -p right -a 'authread|authwrite' 0x1400001 > "$LOG" 2>&1
for i in $(seq 10); do tpm2_nvread -C 0x1400001 -P "wrong$i" 0x1400001 > "$LOG" 2>&1; done
found tpm-locked "ten wrong tries"
tpm2_dictionarylockout -c -p "$LOCKOUT" > "$LOG" 2>&1; healthy tpm-locked
handle=0x1400100
for size in 2048 128; do
    while tpm2_nvdefine -C o -s $size -a 'ownerread|ownerwrite' $handle > "$LOG" 2>&1; do
        handle=$(printf '0x%x' $((handle + 1)))
    done
done
found nv-space "nothing more can be defined"
for index in $(tpm2_getcap handles-nv-index | grep -o '0x14001..'  -i); do
    tpm2_nvundefine -C o "$index" > "$LOG" 2>&1
done
healthy nv-space
for i in 1 2 3; do tpm2_createprimary -C o -c "$W/o.ctx" > "$LOG" 2>&1; done
found handle-space "three objects are loaded"
tpm_flush; healthy handle-space

# ---- the store
echo 12345678 | KILL_AT=40 KILL_COUNT="$W/count" LD_PRELOAD="$B/tests/kill_shim.so" \
    vscmgr create --name Half --pin stdin --adminkey random --generate > "$LOG" 2>&1
tpm_flush
found interrupted "create was killed"
mends interrupted
chown root /var/lib/pam_vsc/cards/0000/keys/00/key.priv
found store-owner "a key's file is root's"
mends store-owner
chmod 666 /var/lib/pam_vsc/cards/0000/keys/00/key.priv
found store-owner "everybody may write a key's file"
mends store-owner
chmod 666 /var/lib/pam_vsc/cards/0000/card.conf
found store-owner "everybody may write card.conf"
chmod 644 /var/lib/pam_vsc/cards/0000/card.conf; healthy store-owner
mv /var/lib/pam_vsc/cards/0000 "$W/0000"
found nv-orphan "the card's folder was deleted by hand"
mv "$W/0000" /var/lib/pam_vsc/cards/0000; healthy nv-orphan

# ---- cards
second() { # OPTION...: a card "Second"; its number is 0001
    vscmgr create --name Second --adminkey random "$@" > "$LOG" 2>&1
}
gone() { vscmgr destroy --name Second --yes > "$LOG" 2>&1; healthy "$1"; }
echo 87654321 | second --pin stdin
found card-empty "a card without a key"
gone card-empty
echo 87654321 | second --pin stdin --generate
found no-certificate "a key without a certificate"
cp /var/lib/pam_vsc/cards/0000/keys/00/cert.pem /var/lib/pam_vsc/cards/0001/keys/00/cert.pem
chown _vsc: /var/lib/pam_vsc/cards/0001/keys/00/cert.pem
doctor; grep -q '"certificate-without-key"' "$W/json"
ok $? "certificate-without-key: another card's certificate"
head -c 100 /dev/zero > /var/lib/pam_vsc/cards/0001/objects
found card-damaged "the file objects is zeroes"
vscmgr destroy --name Second --yes > "$LOG" 2>&1
rm -rf /var/lib/pam_vsc/cards/0001
doctor; remains=$(jq -r '.[] | select(.id == "nv-orphan").detail' "$W/json")
for index in $remains; do tpm2_nvundefine -C o "$index" > "$LOG" 2>&1; done
healthy card-damaged
second --pin default --generate
doctor; grep -q '"default-pin"' "$W/json"
ok $? "default-pin: found"
printf '12345678\n87654321\n' | vscmgr passwd Second --pin stdin > "$LOG" 2>&1
found no-certificate "the PIN was changed: default-pin is gone"
gone default-pin
echo 87654321 | vscmgr create --name Second --pin stdin --adminkey default > "$LOG" 2>&1
found "card-empty default-adminkey" "the default administrator key"
gone default-adminkey
sed -i "s/^owner_uid.*/owner_uid = 4242/" /var/lib/pam_vsc/cards/0000/card.conf
doctor; grep -q '"card-owner"' "$W/json"
ok $? "card-owner: another uid"
sed -i "s/^owner_uid.*/owner_uid = $(id -u vscalice)/" /var/lib/pam_vsc/cards/0000/card.conf
healthy card-owner
setting 'login = { warn_days = 3650; };'
found certificate-expiring "within warn_days"
mended; healthy certificate-expiring
tests/pki/make-pki.sh revoke "$W/pki" "$W/a.pem" > "$LOG" 2>&1
cp /etc/pam_vsc/crls/* "$W/none/"; cp "$W"/pki/crls/* /etc/pam_vsc/crls/
found certificate-refused "revoked"
jq -r '.[0].detail' "$W/json" | grep -q 'revoked'
ok $? "certificate-refused: the reason's code is told"
cp "$W"/none/* /etc/pam_vsc/crls/; healthy certificate-refused

# ---- PAM
stack() { printf '%s\n' "$@" > /etc/pam.d/vsc-test; }
stack 'auth [success=ok default=ignore] pam_vsc.so' 'auth optional pam_permit.so'
found pam-lets-in "CVE-2025-24531: a failure is ignored, and pam_permit stands after it"
stack 'auth required pam_vsc.so' 'auth required pam_unix.so'
found pam-locks-out "nobody without a card"
stack 'auth required pam_vsc.so' 'auth frobnicate pam_unix.so'
found pam-unreadable "a control that is none"
ours='auth [success=done authinfo_unavail=ignore default=die] pam_vsc.so'
stack "$ours" "$ours" 'auth required pam_unix.so'
found pam-stack "the module is asked twice"
rm /etc/pam.d/vsc-test; healthy pam

# ---- the card is lost: last, for nothing brings it back
for i in 1 2 3 4 5; do echo "wrong pin $i" | vscmgr csr Alice --pin stdin > "$LOG" 2>&1; done
found card-blocked "five wrong PINs"
for index in $(tpm2_getcap handles-nv-index | grep -oi '0x1[89ab].....'); do
    tpm2_nvreadpublic "$index" 2>> "$LOG" | grep -q ownerread && pin=$index
done
tpm2_nvundefine -C o "$pin" > "$LOG" 2>&1
found "index-missing" "the PIN's index was deleted"
tpm2_nvdefine -C o -s 8 -a 'authread|authwrite|no_da' "$pin" > "$LOG" 2>&1
found index-foreign "another stands in its place"
tpm2_nvundefine -C o "$pin" > "$LOG" 2>&1
tpm2_clear -c p > "$LOG" 2>&1
doctor; grep -q '"card-gone"' "$W/json"
ok $? "card-gone: the TPM was cleared"

kill "$LISTENER"
site_end
echo "1..$number"
