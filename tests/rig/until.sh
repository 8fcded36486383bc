# SPDX-License-Identifier: BSD-2-Clause
# Waiting for conditions: source this file. What is done at once on an idle machine may take long on a
# loaded one, so there is one limit for everything that is to happen, and it is not to be reached.
#
#   until_true [SECONDS] COMMAND...  until it succeeds; its output is not shown. SECONDS where it is no
#                            failure if it never does
#   until_socket PATH        until a Unix socket takes connections (its file is there before that)
#   until_port PORT [PID]    until 127.0.0.1:PORT takes connections, those of process PID; fails at once
#                            when that process is gone
#   until_ended PID          until this process, a child of the shell or not, has ended

PATIENCE=${PATIENCE:-180} # seconds

until_true() {
    local until_end=$((SECONDS + PATIENCE))
    case $1 in [0-9]*)
        until_end=$((SECONDS + $1))
        shift
        ;;
    esac
    until "$@" > /dev/null 2>&1; do
        [ "$SECONDS" -lt "$until_end" ] || return 1
        sleep 0.05
    done
}

until_is_listened() { grep -q " 00010000 0001 01 .* $1\$" /proc/net/unix; }
until_socket() { until_true until_is_listened "$1"; }

# The process has the socket that listens: a port that is busy may be another's.
until_has_port() { # PORT [PID]
    local inode
    inode=$(awk -v at="0100007F:$(printf '%04X' "$1")" '$2 == at && $4 == "0A" { print $10 }' /proc/net/tcp)
    [ -n "$inode" ] && { [ -z "${2:-}" ] || ls -l "/proc/$2/fd" | grep -q "socket:\[$inode\]"; }
}
until_gone() { ! kill -0 "$1"; }
until_port_or_gone() { until_has_port "$@" || { [ -n "${2:-}" ] && until_gone "$2"; }; }
until_port() { until_true until_port_or_gone "$@" && until_has_port "$@" > /dev/null 2>&1; }
until_ended() { until_true until_gone "$1"; }
