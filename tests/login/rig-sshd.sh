# SPDX-License-Identifier: BSD-2-Clause
# sshd for tests: source this file after tests/login/rig.sh, inside a throwaway root.
#
#   sshd_start                    on port 22 of this root's own network, with all methods
#   sshd_client METHOD USER [OPTION...]   the client's command, a word a line: with one attempt
#   sshd_talk USER WORD...        talk (tests/login/rig.sh) with it, keyboard-interactive
#   sshd_end

SSHD=
sshd_start() {
    mkdir -p /run/sshd && ssh-keygen -q -t ed25519 -N '' -f "$W/host" || return 1
    cat > "$W/sshd_config" <<END
Port 22
ListenAddress 127.0.0.1
HostKey $W/host
UsePAM yes
KbdInteractiveAuthentication yes
PasswordAuthentication yes
MaxStartups 100
PrintMotd no
PrintLastLog no
END
    /usr/sbin/sshd -f "$W/sshd_config" -E "$W/sshd.log" -D &
    SSHD=$!
    until_port 22 "$SSHD"
}
sshd_client() {
    local method=$1 user=$2
    shift 2
    printf '%s\n' ssh -tt -F none -o PreferredAuthentications="$method" -o NumberOfPasswordPrompts=1 \
        -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR "$@" \
        "$user@127.0.0.1"
}
sshd_talk() {
    local command
    mapfile -t command < <(sshd_client keyboard-interactive "$1")
    fresh
    talk "${command[@]}" -- "${@:2}"
}
sshd_end() {
    kill "$SSHD"
    wait "$SSHD" 2> /dev/null
}
