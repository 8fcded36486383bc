#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Each TPM command of attest, of an activation and of an unblocking by the help desk fails in turn,
# with each response code: a clear error and no success, nothing left in the TPM, and the card lives.
set -u
B=$(realpath "${B:-build}")
HERE=$(dirname "$(realpath "$0")")
. "$HERE/../rig/tpm.sh"
. "$HERE/../rig/proxy.sh"
if missing=$(tpm_missing jq tpm2_makecredential); then
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
wrong() {
    echo "# $*"
    sed 's/^/#    /' "$W/out"
    bad=$((bad + 1))
}
MASTER=00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff
CODES="0x101 0x120 0x12f 0x902 0x903 0x921 0x98e 0x9a2 0x18b"
tpm_start "$W/tpm" || { echo "1..1"; echo "not ok 1 - software TPM"; exit 1; }
configure() {
    printf 'card = { store = "%s/store"; tcti = "%s"; };\nhelpers = { card_user = ""; };\n' \
        "$W" "$TCTI" > "$W/conf"
}
vscmgr() { "$B/vscmgr" "$@" -c "$W/conf"; }
opens() { printf '%s\n' "$1" | vscmgr csr Card --pin stdin > "$W/csr" 2> "$W/err"; }
left_in_tpm() { tpm2_getcap handles-loaded-session; tpm2_getcap handles-transient; }
configure
printf '%s\n' "$MASTER" | vscmgr create --name Card --generate --key p256 --tries 3 \
    --attestation aik_only --helpdesk stdin > "$W/out" 2>&1
check $? "a card"
vscmgr attest Card > "$W/bundle"
tpm2_createek -c "$W/ek.ctx" -G rsa -u "$W/ek.pub" > "$W/err" 2>&1
tpm_flush
printf 'a secret' > "$W/secret"
tpm2_makecredential -T none -u "$W/ek.pub" -s "$W/secret" -n "$(jq -r .ak.name "$W/bundle")" \
    -o "$W/challenge" > "$W/err" 2>&1
check $? "a challenge"

attest() { vscmgr attest Card > "$W/out" 2>&1; }
activate() { vscmgr attest Card --activate "$W/challenge" > "$W/out" 2>&1; }
unblock() {
    local person status=1 challenge card
    rm -f "$W/in"
    mkfifo "$W/in"
    vscmgr unblock Card --challenge --pin stdin < "$W/in" > "$W/out" 2>&1 &
    person=$!
    exec 4> "$W/in"
    while kill -0 "$person" 2> "$W/err" && ! grep -q challenge "$W/out"; do sleep 0.02; done
    card=$(sed -n 's/^ *card  *//p' "$W/out")
    challenge=$(sed -n 's/^ *challenge  *//p' "$W/out")
    if [ -n "$card" ] && [ -n "$challenge" ]; then
        printf '%s\n' "$MASTER" | "$B/vscmgr" answer --master stdin --card "$card" \
            --challenge "$challenge" >&4
        printf '12345678\n' >&4
    fi
    exec 4>&-
    wait "$person"
}
sweep() { # OPERATION COMMAND-CODES-THAT-MAY-FAIL
    local command code
    bad=0
    proxy_start "$W/log" && configure && "$1" || wrong "$1 fails without a fault"
    commands=$(awk '{ print $2 }' "$W/log" | sort -u)
    proxy_stop
    for command in $commands; do
        for code in $CODES; do
            proxy_start "$W/log" "--fail=$command:$code" && configure
            if "$1"; then
                case " $2 " in
                *" ${command#0x00000} "*) ;;
                *) wrong "$1: $command $code: success" ;;
                esac
            else
                grep -q '^vscmgr: ' "$W/out" || wrong "$1: $command $code: no word"
            fi
            proxy_stop
            configure
            # A TPM that does not flush cannot be blamed on us.
            case $command in *165) tpm_flush ;; esac
            [ -z "$(left_in_tpm)" ] || { wrong "$1: $command $code: left in the TPM"; tpm_flush; }
        done
    done
    echo "# $1: $(wc -w <<< "$commands") commands"
    unblock
    opens 12345678 || wrong "$1: the card does not open"
    [ $bad = 0 ]
    check $? "${1}_with_each_command_failing_in_turn"
}
# FlushContext (0x165) is of no consequence for who asked.
sweep attest "165"
sweep activate "165"
sweep unblock "165"

echo "1..$n"
exit $failed
