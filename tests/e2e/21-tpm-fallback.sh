#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A TPM without NV indices of type PIN fail, and one that asks for patience: played by the proxy.
set -u
shopt -s lastpipe
B=$(realpath "${B:-build}")
HERE=$(dirname "$(realpath "$0")")
. "$HERE/../rig/tpm.sh"
. "$HERE/../rig/proxy.sh"
if missing=$(tpm_missing jq openssl tpm2_getcap tpm2_changeauth); then
    echo "1..0 # SKIP $missing"; exit 0
fi
W=$(mktemp -d) || exit 1
trap 'proxy_stop; tpm_stop; rm -rf "$W"' EXIT
export TSS2_LOG=all+NONE
n=0 failed=0
check() { # STATUS NAME
    n=$((n + 1))
    if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; failed=1; fi
}
conf() {
    printf 'card = { store = "%s/store"; tcti = "%s"; };\nhelpers = { card_user = ""; };\n' \
        "$W" "$TCTI" > "$W/conf"
}
vscmgr() { "$B/vscmgr" "$@" -c "$W/conf" > "$W/out" 2> "$W/err"; }
csr() { printf '%s\n' "$1" | vscmgr csr Card --pin stdin; }
counter() { tpm2_getcap properties-variable | sed -n 's/.*LOCKOUT_COUNTER: //p'; }
property() { vscmgr show Card --json && jq -r ".$1" "$W/out"; }

tpm_start "$W/tpm" || { echo "1..1"; echo "not ok 1 - software TPM"; exit 1; }
proxy_start "$W/log" "$PROXY_NO_PIN_FAIL"
conf
vscmgr create --name Card --generate --key p256
[ $? = 1 ] && grep -q 'no NV indices of type PIN fail' "$W/err" &&
    grep -q 'lockout hierarchy has no password' "$W/err"
check $? "fallback_is_refused_where_the_lockout_hierarchy_has_no_password"
[ -z "$(ls -A "$W/store/cards")" ] && [ -z "$(tpm2_getcap handles-nv-index)" ]
check $? "what was refused left nothing"
printf '12345678\n12345678\n' |
    vscmgr create --name Card --pin stdin --adminkey random --puk stdin --generate --key p256
[ $? = 1 ] && grep -q 'no PUK and no help desk is possible' "$W/err"
check $? "fallback_has_no_puk"
printf '12345678\nlockoutpass\n' | vscmgr create --name Card --pin stdin --adminkey default \
    --lockoutauth stdin --generate --key p256
[ $? = 0 ] && grep -q 'wrong PINs count on the counter of the whole machine' "$W/err" &&
    grep -q 'keeps the old PIN valid' "$W/err" && grep -q 'nobody can unblock' "$W/err"
check $? "fallback_is_said_plainly"
[ -z "$(tpm2_getcap handles-nv-index)" ]
check $? "a fallback card has no NV index"
csr 12345678 && openssl req -in "$W/out" -noout -verify 2> "$W/err"
check $? "fallback_card_signs"
csr 'wrong PIN'
[ $? = 1 ] && grep -q 'wrong PIN: 31 tries left' "$W/err" && [ "$(counter)" = 0x1 ]
check $? "fallback_counts_on_the_counter_of_the_tpm"
[ "$(property tries_left)" = 31 ] && [ "$(property tries_max)" = 32 ]
check $? "show tells the TPM's own numbers"
printf '12345678\n87654321\n' | vscmgr passwd Card --pin stdin && csr 87654321 && ! csr 12345678
check $? "fallback_changes_its_pin"
tpm2_dictionarylockout -s -n 2 -t 600 -l 86400 -p lockoutpass
csr 'wrong PIN'
csr 87654321
[ $? = 1 ] && grep -q 'in at most 10 minutes (VSC-TPM-LOCKED)' "$W/err"
check $? "fallback_tells_a_lockout_and_how_long"
[ "$(property tpm_locked_seconds)" = 600 ] && [ "$(property blocked)" = false ]
check $? "show tells the lockout"
tpm2_dictionarylockout -c -p lockoutpass
csr 87654321
check $? "after the lockout the card works again"
tpm2_dictionarylockout -s -n 32 -t 600 -l 86400 -p lockoutpass
printf '%s\n12121212\n' 010203040506070801020304050607080102030405060708 |
    vscmgr unblock Card --adminkey stdin
[ $? = 1 ] && grep -q 'nobody can unblock' "$W/err" && csr 87654321
check $? "fallback_cannot_be_unblocked_and_says_so"
vscmgr generate Card --key p256 --quiet && printf '87654321\n13131313\n' |
    vscmgr passwd Card --pin stdin && printf '13131313\n' | vscmgr csr Card --pin stdin --key-id 01
check $? "fallback_has_several_keys_and_one_pin"
vscmgr destroy --name Card --yes && [ -z "$(ls -A "$W/store/cards")" ]
check $? "a fallback card can be destroyed"
proxy_stop

# A TPM that knows the type but does not count must not get a card with it: the probe sees it, when
# the third PolicySecret of the scratch index does not say 0x12F.
proxy_start "$W/log" --fail 0x151:0x9a2
conf
vscmgr create --name Card --generate --key p256
[ $? = 0 ] && grep -q 'counter of the whole machine' "$W/err" &&
    [ -z "$(tpm2_getcap handles-nv-index)" ]
check $? "probe_refuses_a_counter_that_does_not_block"
proxy_stop
conf
vscmgr destroy --name Card --yes

# And one answer out of turn must not make of a TPM that counts one that does not.
proxy_start "$W/log" --fail 0x151:0x12f::1
conf
vscmgr create --name Card --generate --key p256
[ $? = 0 ] && ! grep -q 'counter of the whole machine' "$W/err" && [ "$(property tries_left)" = 5 ] &&
    [ "$(tpm2_getcap handles-nv-index | wc -l)" = 2 ]
check $? "probe_asks_twice_before_it_gives_a_card_the_weaker_gate"
proxy_stop
conf
for code in 0x922 0x920 0x908 0x90a; do
    proxy_start "$W/log" --fail "0x176:$code::2" --fail "0x157:$code::2" --fail "0x151:$code::2" \
        --fail "0x15d:$code::2"
    conf
    csr 12345678 && [ "$(grep -c "0x0*${code#0x}" "$W/log")" = 8 ]
    check $? "response_${code}_is_repeated"
    proxy_stop
done
conf
[ "$(property tries_left)" = 5 ]
check $? "and no try was used by it"

# Each command of a sign-in failing: a clear error, no success, no try used, nothing left open.
bad=0
for command in 0x176 0x157 0x151 0x15d; do
    for code in 0x101 0x120 0x902 0x903 0x923; do
        proxy_start "$W/log" --fail "$command:$code::1"
        conf
        csr 12345678
        [ $? = 3 ] && grep -qi "$code" "$W/err" || { bad=1; echo "# $command $code: $(cat "$W/err")"; }
        proxy_stop
    done
done
conf
[ $bad = 0 ] && [ "$(property tries_left)" = 5 ] && csr 12345678
check $? "failing_commands_are_errors_and_cost_no_try"
[ -z "$(tpm2_getcap handles-transient)$(tpm2_getcap handles-loaded-session)" ]
check $? "failing_commands_leave_nothing_open_in_the_tpm"

# The same for creation: no card, no index.
vscmgr destroy --name Card --yes
bad=0
for command in 0x176 0x12a 0x137 0x157 0x151 0x160 0x16c 0x171 0x167 0x177 0x169 0x153; do
    proxy_start "$W/log" --fail "$command:0x101::1"
    conf
    vscmgr create --name Card --generate --key p256
    status=$?
    if grep -q 0x00000101 "$W/log"; then
        [ $status = 3 ] || { bad=1; echo "# $command: status $status: $(cat "$W/err")"; }
    else
        vscmgr destroy --name Card --yes
    fi
    proxy_stop
    conf
    vscmgr list
    [ -z "$(tpm2_getcap handles-nv-index)$(ls -A "$W/store/cards")" ] || { bad=1; echo "# $command: leftovers"; }
    [ -z "$(tpm2_getcap handles-transient)$(tpm2_getcap handles-loaded-session)" ] ||
        { bad=1; echo "# $command: open objects"; tpm_flush; }
done
check $bad "failing_commands_of_create_leave_no_card_and_no_index"

echo "1..$n"
exit $failed
