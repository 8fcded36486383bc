#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The part of tests/login/90-walkthrough.sh that runs in the throwaway root. A command is an indented
# line that begins with "# " (root's) or "$ " (alice's), and what follows it up to END. Each has to
# succeed, but one that ends with "# refused: CODE": that has to fail, and to say so. Only the way to the
# TPM is put into the configuration before, for this one is made of software.
set -u
. tests/rig/site.sh
SITE_TPM="tpm_start_unix $W/tpm /run/vsc-test-tpm" # the units have no network
export TSS2_LOG=all+NONE
DOC=doc/walkthrough.md

{ make -s install && systemd-sysusers && systemd-tmpfiles --create /usr/lib/tmpfiles.d/pam_vsc.conf; } > "$LOG" 2>&1 &&
    $SITE_TPM >> "$LOG" 2>&1 && sed -i "s|tcti = \"device:/dev/tpmrm0\"|tcti = \"$TCTI\"|" /etc/pam_vsc/pam_vsc.conf &&
    grep -q "$TCTI" /etc/pam_vsc/pam_vsc.conf && systemctl daemon-reload
ok $? "walkthrough: pam_vsc is installed, with a TPM"

# At a terminal, where a PIN is typed when it is asked for.
cat > "$W/typed" <<'END'
set timeout 600
lassign $argv user command
spawn -noecho setpriv --reuid $user --regid $user --init-groups bash $command
expect {
    -re {PIN[^\n]*: *$} { send "12345678\r"; exp_continue }
    timeout { exit 99 }
    eof
}
exit [lindex [wait] 3]
END
run() { # USER COMMAND
    local user=$1 command=$2 status code=
    case $command in *'# refused: '*) code=${command##*# refused: } ;; esac
    printf '%s\n' "$command" > "$W/command"
    [ "$user" = root ] || printf 'cd; export HOME=~%s USER=%s\n%s\n' "$user" "$user" "$command" > "$W/command"
    chmod 644 "$W/command"
    expect -f "$W/typed" "$user" "$W/command" > "$LOG" 2>&1
    status=$?
    if [ -n "$code" ]; then
        [ $status != 0 ] && [ $status != 99 ] && grep -qF -- "$code" "$LOG"
    else
        [ $status = 0 ]
    fi
    ok $? "walkthrough: $(head -n 1 <<< "$command" | cut -c 1-90 | tr '#' ' ')"
}
user= command= rest=
while IFS= read -r line <&7; do
    if [ -n "$rest" ]; then
        command+=$'\n'${line#    }
        [ "$line" != "    END" ] || { rest=; run "$user" "$command"; }
        continue
    fi
    case $line in
    '    # '*) user=root ;;
    '    $ '*) user=alice ;;
    *) continue ;;
    esac
    command=${line:6}
    case $command in
    *'<<END') rest=yes ;;
    *) run "$user" "$command" ;;
    esac
done 7< "$DOC"
[ "$number" -gt 20 ] && [ -z "$rest" ]
ok $? "walkthrough: no command was left out"
! id alice > "$LOG" 2>&1 && [ ! -e /var/lib/pam_vsc/ca ] && [ "$(vscmgr list --json)" = '[]' ]
ok $? "walkthrough: nothing of it is left"
echo "1..$number"
site_end
