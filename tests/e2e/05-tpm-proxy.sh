#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The proxy that other tests rely on: it counts, records, kills and answers as it says.
set -u
B=$(realpath "${B:-build}")
HERE=$(dirname "$(realpath "$0")")
. "$HERE/../rig/tpm.sh"
. "$HERE/../rig/proxy.sh"
if missing=$(tpm_missing tpm2_getrandom tpm2_nvdefine tpm2_nvundefine); then
    echo "1..0 # SKIP $missing"; exit 0
fi
W=$(mktemp -d) || exit 1
trap 'proxy_stop; tpm_stop; rm -rf "$W"' EXIT
export TSS2_LOG=all+NONE
n=0
check() { # STATUS NAME
    n=$((n + 1))
    if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; fi
    [ "$1" = 0 ] || failed=1
}
failed=0
lines() { grep -c " $1 " "$W/log"; }

tpm_start "$W/tpm" || { echo "1..1"; echo "not ok 1 - software TPM"; exit 1; }

proxy_start "$W/log" --raw "$W/raw"
before=$(cut -d' ' -f1 /proc/uptime)
first=$(tpm2_getrandom --hex 16) && second=$(tpm2_getrandom --hex 16)
[ "${#first}" = 32 ] && [ "${#second}" = 32 ] && [ "$first" != "$second" ]
check $? "clients work through the proxy, one after the other"
[ "$(lines GetRandom)" = 2 ] &&
    grep -qE '^[0-9]+\.[0-9]{3} 0x0000017b GetRandom 12 0x00000000 [0-9.]+$' "$W/log"
check $? "each command is one line of the log"
awk -v uptime="$before" '$3 == "GetRandom" { good = $1 / 1000 - uptime < 60 && $1 / 1000 >= uptime - 1 }
    END { exit !good }' "$W/log"
check $? "the times are monotonic milliseconds"
od -An -v -tx1 "$W/raw" | tr -d ' \n' | grep -q "80010000000c0000017b0010.*$second"
check $? "the raw record holds commands and responses"
tpm2_nvread 0x1800001 > "$W/out" 2>&1
[ $? != 0 ] && grep -q ' NV_ReadPublic .* 0x0000018b ' "$W/log"
check $? "a TPM error stands in the log"
proxy_stop
[ "$TCTI" = "swtpm:host=127.0.0.1,port=$TPM_PORT" ] && tpm2_getrandom 4 > /dev/null
check $? "without the proxy the TPM is reached directly again"

proxy_start "$W/log" --fail 0x17b:0x922::1
tpm2_getrandom 4 > /dev/null
[ $? = 0 ] && [ "$(lines GetRandom)" = 2 ] && grep -q 'GetRandom 12 0x00000922' "$W/log"
check $? "a rule with a number of times ends, and the client's next attempt succeeds"
proxy_stop

head -c 32 /dev/zero > "$W/policy"
proxy_start "$W/log" "$PROXY_NO_PIN_FAIL"
tpm2_nvdefine -C o -s 8 -a 'authread|policywrite|no_da|nt=0x8' -L "$W/policy" 0x1800001 \
    > /dev/null 2>&1
[ $? != 0 ] && grep -q ' NV_DefineSpace .* 0x000002e1 ' "$W/log"
check $? "a TPM without PIN-fail indices can be played"
tpm2_nvdefine -C o -s 8 -a 'authread|authwrite|no_da' 0x1800001 > /dev/null 2>&1 &&
    tpm2_nvundefine -C o 0x1800001
check $? "such a TPM still defines an ordinary index"
proxy_stop

client() { sh -c 'echo $$ > "$0"; exec tpm2_nvdefine -C o -s 8 0x1800002' "$W/pid" > /dev/null 2>&1; }
defined() { tpm2_getcap handles-nv-index | grep -qi 0x1800002; }
at=0
proxy_start "$W/log"
client && tpm2_nvundefine -C o 0x1800002
at=$(grep -n -m1 ' NV_DefineSpace ' "$W/log" | cut -d: -f1)
proxy_stop

proxy_start "$W/log" --stop-at "${at:-0}" "$W/pid"
client 2> /dev/null
[ $? = 137 ] && grep -q ' NV_DefineSpace .* stopped-before ' "$W/log"
check $? "the client is killed at the N-th command"
[ "$(wc -l < "$W/log")" = "$at" ] && ! defined
check $? "the TPM never got that command, and the proxy serves on"
proxy_stop

tpm_flush
proxy_start "$W/log" --stop-at "${at:-0}" "$W/pid" --stop-after
client 2> /dev/null
[ $? = 137 ] && grep -q ' NV_DefineSpace .* stopped-after ' "$W/log" &&
    defined
check $? "with --stop-after the TPM has done the command"
proxy_stop

"$B/tests/tpm_proxy" --listen 1 --to 1 --fail 0x17b 2> /dev/null
[ $? = 2 ]
check $? "a rule that is none is refused"
echo "1..$n"
exit "$failed"
