# SPDX-License-Identifier: BSD-2-Clause
# A software TPM for a test: source this file.
#
#   tpm_start DIR        start swtpm on a free port with its state in DIR (absolute; made if missing).
#                        Sets TCTI, TPM2TOOLS_TCTI and TPM_PID, and lenient DA parameters. A second
#                        call with the same DIR after tpm_stop is a reboot of the same TPM.
#   tpm_make_certified DIR  before the first tpm_start: a TPM as its maker delivers it, with an
#                        endorsement key that a CA of this test certified; the CA is DIR.pem
#   tpm_start_unix DIR SOCKET  the same on a Unix socket that everybody may connect to, for a client
#                        that has no network
#   tpm_stop             stop it (state stays in DIR)
#   tpm_flush            flush what killed clients left in the TPM (swtpm has no resource manager)
#   tpm_start_abrmd DIR  a session bus and tpm2-abrmd before the running swtpm, for several clients
#                        at once: TCTI becomes "tabrmd:bus_type=session", DBUS_SESSION_BUS_ADDRESS is
#                        exported. tpm_stop ends these too.
#   tpm_missing          prints what is not installed, and is true when something is
#
# Only processes that were started here are killed, by their pid.

. "$(dirname "${BASH_SOURCE[0]}")/until.sh"
TPM_PID=
TPM_OWN_TCTI=
TPM_BUS_PID=
TPM_ABRMD_PID=

tpm_missing() {
    local tool missing=
    for tool in swtpm swtpm_setup tpm2_flushcontext "$@"; do
        command -v "$tool" >/dev/null 2>&1 || missing="$missing $tool"
    done
    [ -n "$missing" ] && echo "not installed:$missing"
}

# Is something listening on the port? (bash's own TCP, so no tool is needed)
tpm_port_busy() {
    (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

tpm_make() {
    mkdir -p "$1"
    [ -e "$1/tpm2-00.permall" ] ||
        swtpm_setup --tpm2 --tpmstate "$1" --overwrite >"$1/setup.log" 2>&1
}

tpm_make_certified() { # DIR
    mkdir -p "$1" "$1-ca"
    cat > "$1.localca" <<CONF
statedir = $1-ca
signingkey = $1-ca/signkey.pem
issuercert = $1-ca/issuercert.pem
certserial = $1-ca/certserial
CONF
    printf '%s\n' '--platform-manufacturer Test' '--platform-version 1' '--platform-model virtual' > "$1.options"
    cat > "$1.setup" <<CONF
create_certs_tool = $(command -v swtpm_localca)
create_certs_tool_config = $1.localca
create_certs_tool_options = $1.options
CONF
    swtpm_setup --tpm2 --tpmstate "$1" --create-ek-cert --config "$1.setup" --overwrite > "$1/setup.log" 2>&1 &&
        cat "$1-ca/"*cert.pem > "$1.pem"
}

tpm_started() { # TCTI
    TPM_OWN_TCTI=$1
    TCTI=$1
    export TCTI TPM2TOOLS_TCTI="$TCTI"
    TSS2_LOG=all+NONE tpm2_dictionarylockout -s -n 32 -t 600 -l 86400 >/dev/null 2>&1
    return 0
}

tpm_start_unix() {
    local dir=$1
    tpm_make "$dir" || return 1
    swtpm socket --tpm2 --tpmstate "dir=$dir" --server "type=unixio,path=$2,mode=0666" \
        --ctrl "type=unixio,path=$2.ctrl,mode=0666" \
        --flags not-need-init,startup-clear >"$dir/swtpm.log" 2>&1 3>&- &
    TPM_PID=$!
    until_socket "$2" && until_socket "$2.ctrl" && tpm_started "swtpm:path=$2"
}

tpm_start() {
    local dir=$1 port try
    tpm_make "$dir" || return 1
    for try in $(seq 20); do
        port=$((10000 + (RANDOM * 32768 + RANDOM) % 11000 * 2))
        tpm_port_busy "$port" && continue
        tpm_port_busy "$((port + 1))" && continue
        swtpm socket --tpm2 --tpmstate "dir=$dir" \
            --server "type=tcp,port=$port,bindaddr=127.0.0.1" \
            --ctrl "type=tcp,port=$((port + 1)),bindaddr=127.0.0.1" \
            --flags not-need-init,startup-clear >"$dir/swtpm.log" 2>&1 3>&- &
        TPM_PID=$!
        if until_port "$port" "$TPM_PID" && until_port "$((port + 1))" "$TPM_PID"; then
            TPM_PORT=$port
            tpm_started "swtpm:host=127.0.0.1,port=$port"
            return 0
        fi
        kill "$TPM_PID" 2>/dev/null
        wait "$TPM_PID" 2>/dev/null
        TPM_PID=
    done
    return 1
}

tpm_end() {
    [ -n "$1" ] || return 0
    kill "$1" 2>/dev/null
    wait "$1" 2>/dev/null
    return 0
}

tpm_stop() {
    tpm_end "$TPM_ABRMD_PID"
    tpm_end "$TPM_BUS_PID"
    TPM_ABRMD_PID= TPM_BUS_PID=
    # An orderly shutdown: an unclean one may count as a wrong authorisation of a DA-protected object.
    [ -n "$TPM_PID" ] && TSS2_LOG=all+NONE TPM2TOOLS_TCTI="$TPM_OWN_TCTI" \
        timeout 60 tpm2_shutdown -c >/dev/null 2>&1
    tpm_end "$TPM_PID"
    TPM_PID=
    return 0
}

tpm_flush() {
    local what
    for what in -t -l -s; do
        TSS2_LOG=all+NONE tpm2_flushcontext "$what" >/dev/null 2>&1
    done
    return 0
}

tpm_answers() { TSS2_LOG=all+NONE tpm2_getcap properties-fixed >/dev/null 2>&1; }
tpm_answers_or_gone() { until_gone "$1" || tpm_answers; }

tpm_start_abrmd() {
    local dir=$1
    cat >"$dir/bus.conf" <<BUS
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:dir=$dir</listen>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
<allow own="*"/><allow user="*"/></policy></busconfig>
BUS
    rm -f "$dir/bus.address"
    dbus-daemon "--config-file=$dir/bus.conf" --nofork --print-address=4 4>"$dir/bus.address" \
        >"$dir/bus.log" 2>&1 3>&- &
    TPM_BUS_PID=$!
    until_true test -s "$dir/bus.address" || return 1
    DBUS_SESSION_BUS_ADDRESS=$(cat "$dir/bus.address")
    export DBUS_SESSION_BUS_ADDRESS
    tpm2-abrmd --session --allow-root --flush-all "--tcti=$TPM_OWN_TCTI" \
        >"$dir/abrmd.log" 2>&1 3>&- &
    TPM_ABRMD_PID=$!
    TCTI="tabrmd:bus_type=session"
    export TCTI TPM2TOOLS_TCTI="$TCTI"
    until_true tpm_answers_or_gone "$TPM_ABRMD_PID" && tpm_answers
}
