# SPDX-License-Identifier: BSD-2-Clause
# Inside a throwaway root: see tests/login/25-sshd.sh.
set -u
. tests/login/rig.sh
. tests/login/cases.sh

login_site sshd && login_cards >> "$LOG" 2>&1
ok $? "sshd: an installed site with cards"

# sshd_start: on port 22 of this root's own network
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
    until_true 20 tpm_port_busy 22
}
connect() { # METHOD USER [OPTION...]
    local method=$1 user=$2
    shift 2
    printf '%s\n' ssh -tt -F none -o PreferredAuthentications="$method" -o NumberOfPasswordPrompts=1 \
        -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR "$@" \
        "$user@127.0.0.1"
}
sshd_start
ok $? "sshd: it listens"

NAME="sshd, keyboard-interactive" SERVICES=(sshd)
PASS='Password: ' EOF_THEN=("$PASS" @eof) LOSES_TEXT=yes
attempt() {
    local user=$1 command
    shift
    mapfile -t command < <(connect keyboard-interactive "$user")
    fresh
    talk "${command[@]}" -- "$@"
}
cases_all
kill $SSHD
login_end
echo "1..$number"
