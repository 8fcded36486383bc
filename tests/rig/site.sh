# SPDX-License-Identifier: BSD-2-Clause
# An installed site in a throwaway root (tests/rig/throwaway.sh): source this file inside it.
#
#   site_install     make install, the helpers' users and folders, users vscalice and vscbob
#   site_trust       a software TPM (by $SITE_TPM, a command, where that is set), a CA for corp.test,
#                    the configuration, the service vsc-test
#   site_card        a card "Alice" for vscalice (PIN 12345678) with a good certificate
#   site_end         stop the TPM, remove the work folder
#   ok STATUS WHAT   a TAP line; shows $LOG after a failure
#   as USER COMMAND  run as that user
#   no_helpers       true when no vsc-card and no vsc-check runs (any more, after a moment)
#
# $W is a work folder, $LOG a file in it for what the step at hand prints.

B=${B:-build}
. tests/rig/tpm.sh
W=$(mktemp -d) && chmod 755 "$W"
LOG=$W/log
number=0

ok() {
    number=$((number + 1))
    if [ "$1" = 0 ]; then
        echo "ok $number - $2"
    else
        echo "not ok $number - $2"
        sed 's/^/# /' "$LOG" | tail -n 40
    fi
}

as() { setpriv --reuid "$1" --regid "$1" --init-groups env HOME=/tmp "${@:2}"; }

has_no_helpers() { ! pgrep -x 'vsc-card|vsc-check'; }
no_helpers() { until_true has_no_helpers; }

# What other packages of this machine would add to each stack with the next pam-auth-update.
site_plain() {
    local others
    others=$(find /usr/share/pam-configs -type f ! -name unix ! -name systemd ! -name capability -printf '%f ')
    [ -z "$others" ] || DEBIAN_FRONTEND=noninteractive pam-auth-update --disable $others
}
site_install() {
    site_plain && useradd -m vscalice && useradd -m vscbob && make -s install && systemd-sysusers &&
        systemd-tmpfiles --create /usr/lib/tmpfiles.d/pam_vsc.conf
}

site_trust() {
    ${SITE_TPM:-tpm_start "$W/tpm"} &&
        tests/pki/make-pki.sh base "$W/pki" vscalice corp.test || return 1
    cp "$W"/pki/anchors/* /etc/pam_vsc/anchors/
    cp "$W"/pki/intermediates/* /etc/pam_vsc/intermediates/
    cp "$W"/pki/crls/* /etc/pam_vsc/crls/
    cat > /etc/pam_vsc/pam_vsc.conf <<END
card = { tcti = "$TCTI"; };
mapping = { rules = ( { method = "upn"; suffix = "corp.test"; account = "%u"; } ); };
END
    echo 'auth required pam_vsc.so' > /etc/pam.d/vsc-test
}

site_card() {
    echo 12345678 | vscmgr create --name Alice --owner vscalice --pin stdin --adminkey random \
        --generate &&
        echo 12345678 | vscmgr csr Alice --upn vscalice@corp.test --pin stdin --out "$W/a.csr" &&
        tests/pki/make-pki.sh issue "$W/pki" "$W/a.csr" "$W/a.pem" --upn vscalice@corp.test &&
        vscmgr import Alice "$W/a.pem"
}

site_end() {
    tpm_stop
    rm -rf "$W"
}
