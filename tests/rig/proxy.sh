# SPDX-License-Identifier: BSD-2-Clause
# A proxy before the software TPM of tests/rig/tpm.sh (which must be sourced and started): counts
# and records TPM commands, kills a process at the N-th, plays a TPM that refuses some. Source this
# file.
#
#   proxy_start LOG [OPTION...]   start it; its options are those of tests/proxy/tpm_proxy_main.c.
#                       TCTI and TPM2TOOLS_TCTI lead through it, LOG is emptied. Each command is a
#                       line of LOG: MONOTONIC-MS CODE NAME SIZE RESPONSE-CODE MS-TAKEN
#                       e.g. 5011.204 0x0000017b GetRandom 12 0x00000000 0.310
#     --raw FILE                  all bytes of commands and responses, e.g. to search for a PIN
#     --stop-at N PID-FILE        SIGKILL the process in PID-FILE before the N-th command reaches
#                                 the TPM; with --stop-after, after it (its answer reaches nobody)
#     --fail CC:RC[:HEX[:TIMES]]  answer in place of the TPM; '.' in HEX is any digit
#     --faults FILE               one fault at the N-th command, told by FILE; see
#                                 tests/proxy/fault.h
#     $PROXY_NO_PIN_FAIL          is such a rule (give it as one argument): a TPM of revision 1.16,
#                                 which refuses to define an index of type PIN fail
#                       Its process id is $PROXY_PID.
#   proxy_stop          stop it; TCTI and TPM2TOOLS_TCTI lead to the TPM again
#
# A client that must be killed writes its own id: sh -c 'echo $$ > pid-file; exec vscmgr ...'

PROXY_PID=
PROXY_TCTI=
# NV_DefineSpace (0x12a): public area with a card's or any index, SHA-256, attributes with nt = 8.
# A reserved bit is set for such a TPM: TPM_RC_RESERVED_BITS for parameter 2.
PROXY_NO_PIN_FAIL='--fail=0x12a:0x2e1:01......000b......8.'

proxy_start() {
    local log=$1 port try
    shift
    : > "$log"
    for try in $(seq 20); do
        port=$((10000 + (RANDOM * 32768 + RANDOM) % 11000 * 2))
        if tpm_port_busy "$port" || tpm_port_busy "$((port + 1))"; then continue; fi
        "${B:-build}/tests/tpm_proxy" --listen "$port" --to "$TPM_PORT" --log "$log" "$@" \
            2>> "$log.errors" 3>&- &
        PROXY_PID=$!
        if until_port "$port" "$PROXY_PID" && until_port "$((port + 1))" "$PROXY_PID"; then
            PROXY_TCTI=$TCTI
            TCTI="swtpm:host=127.0.0.1,port=$port"
            export TCTI TPM2TOOLS_TCTI="$TCTI"
            return 0
        fi
        proxy_stop
    done
    return 1
}

proxy_stop() {
    [ -n "$PROXY_PID" ] || return 0
    kill "$PROXY_PID" 2>/dev/null
    wait "$PROXY_PID" 2>/dev/null
    PROXY_PID=
    [ -n "$PROXY_TCTI" ] && export TCTI="$PROXY_TCTI" TPM2TOOLS_TCTI="$PROXY_TCTI"
    PROXY_TCTI=
    return 0
}
