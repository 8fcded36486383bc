# SPDX-License-Identifier: BSD-2-Clause
# Inside a throwaway root: see tests/bench/domain.sh. Its one argument is the number of runs.
set -u
. tests/domain/rig.sh
. tests/rig/proxy.sh

RUNS=$1
LIMIT=20 # TPM commands of a sign-in with a ticket: 7 for the sign-in, the others for PKINIT
PERSON=alice # SSSD has short names here, which pam_krb5 wants
SOFTHSM=/usr/lib/softhsm/libsofthsm2.so
TPM2=$(echo /usr/lib/*/pkcs11/libtpm2_pkcs11.so)
TOKEN_PIN=$PIN
MODULES=(vsc tpm2 softhsm)
STACKS=(vsc vsc_off krb5_vsc krb5_tpm2 krb5_softhsm sss_softhsm)
declare -A LABEL=([vsc]="pam_vsc" [vsc_off]="pam_vsc, no ticket" [krb5_vsc]="pam_krb5, vsc-pkcs11.so"
    [krb5_tpm2]="pam_krb5, tpm2-pkcs11" [krb5_softhsm]="pam_krb5, SoftHSM" [sss_softhsm]="pam_sss, SoftHSM"
    [kinit_vsc]="kinit, vsc-pkcs11.so" [kinit_tpm2]="kinit, tpm2-pkcs11" [kinit_softhsm]="kinit, SoftHSM"
    [tgt]="vsc-tgt, by the log")

die() { echo "bench: $*" >&2; tail -n 30 "$LOG" >&2; tail -n 10 "$MESSAGES" >&2; domain_end > /dev/null 2>&1; exit 3; }
quiet() { "$@" > "$LOG" 2>&1 || die "failed: $*"; }

# ---- the keys: on the native card, in tpm2-pkcs11's store on the same TPM, in SoftHSM

# certificate FILE: alice's for $W/FILE.pub
certificate() {
    quiet pki issue "$W/$1.pub" "$W/$1.pem" --upn "$PERSON@$DOMAIN" --sid "$(sid alice)"
    quiet openssl x509 -in "$W/$1.pem" -outform DER -out "$W/$1.der"
}
make_softhsm() {
    mkdir -p "$W/softhsm"
    printf 'directories.tokendir = %s\nslots.removable = true\nlog.level = ERROR\n' "$W/softhsm" > /etc/softhsm/softhsm2.conf
    quiet softhsm2-util --init-token --free --label alice-hsm --pin "$TOKEN_PIN" --so-pin 87654321
    quiet openssl genrsa -out "$W/hsm.key" 2048
    quiet openssl pkey -in "$W/hsm.key" -pubout -out "$W/hsm.pub"
    quiet openssl pkcs8 -topk8 -nocrypt -in "$W/hsm.key" -out "$W/hsm.p8"
    quiet softhsm2-util --import "$W/hsm.p8" --token alice-hsm --label key --id 01 --pin "$TOKEN_PIN"
    certificate hsm
    quiet pkcs11-tool --module $SOFTHSM --token-label alice-hsm --login --pin "$TOKEN_PIN" --write-object "$W/hsm.der" \
        --type cert --id 01 --label key
}
make_tpm2() {
    export TPM2_PKCS11_STORE=$W/token TPM2_PKCS11_TCTI=$TCTI TPM2_PKCS11_LOG_LEVEL=0
    mkdir -p "$W/token"
    quiet pkcs11-tool --module "$TPM2" --init-token --label alice-tpm --so-pin 87654321
    quiet pkcs11-tool --module "$TPM2" --login --login-type so --so-pin 87654321 --init-pin --pin "$TOKEN_PIN"
    quiet pkcs11-tool --module "$TPM2" --login --pin "$TOKEN_PIN" --keypairgen --key-type rsa:2048 --id 01 --label key
    quiet pkcs11-tool --module "$TPM2" --read-object --type pubkey --id 01 -o "$W/tpm.der"
    quiet openssl pkey -pubin -inform DER -in "$W/tpm.der" -out "$W/tpm.pub"
    certificate tpm
    quiet pkcs11-tool --module "$TPM2" --login --pin "$TOKEN_PIN" --write-object "$W/tpm.der" --type cert --id 01 --label key
    tpm_flush
}

# ---- the member: SSSD has the accounts, and signs in with cards by the service sss_softhsm

member_with_sssd() {
    sed -i "s|^\[libdefaults\]|&\n    pkinit_pool = FILE:$PKI/ca/sub/cert.pem|" /etc/krb5.conf
    cat "$PKI/anchors/root.pem" "$PKI"/intermediates/*.pem > "$W/trusted.pem"
    # p11_child asks every module of p11-kit; it shall ask SoftHSM.
    find /usr/share/p11-kit/modules -name '*.module' ! -name 'softhsm2*' -delete
    sed -i -e "s/^auth_provider = none/auth_provider = ad/" \
        -e "s/^config_file_version = 2/&\ncertificate_verification = no_ocsp/" /etc/sssd/sssd.conf
    cat >> /etc/sssd/sssd.conf << END
krb5_ccname_template = FILE:/tmp/krb5cc_sss_%U
[pam]
pam_cert_auth = True
pam_p11_allowed_services = +sss_softhsm
pam_cert_db_path = $W/trusted.pem
p11_child_timeout = 60
[certmap/$DOMAIN/upn]
matchrule = <EKU>clientAuth,msScLogin
maprule = (userPrincipalName={subject_nt_principal})
END
    member sssd short > "$LOG" 2>&1 || die "no SSSD"
}
identity() { # MODULE
    case $1 in
    vsc) echo "PKCS11:module_name=$(find /usr/lib -name vsc-pkcs11.so)" ;;
    tpm2) echo "PKCS11:module_name=$TPM2:token=alice-tpm" ;;
    softhsm) echo "PKCS11:module_name=$SOFTHSM:token=alice-hsm" ;;
    esac
}
make_stacks() {
    local module kerberos
    SETTINGS[ticket]='deadline = 60;'
    for kerberos in required off; do
        SETTINGS[top]="kerberos = \"$kerberos\";"
        configure
        cp "$CONF" "/etc/pam_vsc/$kerberos.conf"
    done
    SETTINGS[top]='kerberos = "required";' && configure
    echo "auth required pam_vsc.so" > /etc/pam.d/vsc
    echo "auth required pam_vsc.so config=/etc/pam_vsc/off.conf" > /etc/pam.d/vsc_off
    for module in "${MODULES[@]}"; do
        echo "auth required pam_krb5.so use_pkinit pkinit_user=$(identity "$module") realm=$REALM minimum_uid=1000" \
            > "/etc/pam.d/krb5_$module"
    done
    printf '%s\n' 'auth sufficient pam_sss.so require_cert_auth' 'auth required pam_deny.so' > /etc/pam.d/sss_softhsm
}

# ---- runs

timed() { # FIGURES COMMAND...
    "$B/tests/bench/stopwatch" "$@" <<< "$PIN" > "$LOG" 2>&1 || die "$*"
}
exchange() { # MODULE FOLDER
    timed "$2/kinit_$1" kinit -c "$W/cc" -X "X509_user_identity=$(identity "$1")" "$PERSON@$REALM"
    klist -c "$W/cc" 2> /dev/null | grep -q "krbtgt/$REALM" || die "no ticket of kinit with $1"
    kdestroy -q -c "$W/cc"
}
sign_in_by() { # STACK FOLDER
    rm -f /tmp/krb5cc_*
    fresh
    timed "$2/$1" pamtester "$1" "$PERSON" authenticate 'setcred(PAM_ESTABLISH_CRED)'
    case $1 in
    vsc)
        said 'ticket=granted.*verified=1' || die "no ticket"
        sed -n 's/.*ticket=granted.* ms=\([0-9]*\).*/\1/p' "$MESSAGES" | head -n 1 >> "$2/tgt"
        ;;
    vsc_off) ! grep -q ticket= "$MESSAGES" || die "a ticket" ;;
    # Offline it would sign in without one.
    sss*) klist -c "$(ls /tmp/krb5cc_sss_*)" > "$LOG" 2>&1 || die "no ticket of ${LABEL[$1]}" ;;
    esac
}
one_round() { # FOLDER
    local each
    for each in "${MODULES[@]}"; do exchange "$each" "$1"; done
    for each in "${STACKS[@]}"; do sign_in_by "$each" "$1"; done
}

# TPM commands of a sign-in by STACK, through a proxy; the most of three.
through() { # TCTI
    export TPM2_PKCS11_TCTI=$1
    sed -i "s|tcti = \"[^\"]*\"|tcti = \"$1\"|" "$CONF" /etc/pam_vsc/off.conf
    end_listening && listen
}
end_listening() { kill "$LISTENER"; wait "$LISTENER" 2> /dev/null; LISTENER=; }
count_commands() { # STACK
    local most=0 count
    for _ in 1 2 3; do
        { proxy_start "$W/proxy.log" && through "$TCTI"; } || die "no proxy"
        sign_in_by "$1" "$W/warm"
        { proxy_stop && through "$TCTI"; } || die "no way back"
        count=$(sed -n '$=' "$W/proxy.log")
        [ "${count:-0}" -le "$most" ] || most=$count
    done
    echo "$most" > "$W/data/$1.commands"
}

# ---- figures

figures() { # FILE: median, least, most
    cut -d' ' -f1 "$1" | sort -n |
        awk '{ v[NR] = $1 } END { print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2, v[1], v[NR] }'
}
table() { # NAME ROW...: the others are compared with the first, which is called NAME above them
    local what=$1 row median least most first=
    shift
    printf '  %-26s %9s %9s %9s   %s\n' '' median least most "$what is"
    for row in "$@"; do
        read -r median least most < <(figures "$W/data/$row")
        printf '  %-26s %9.1f %9.1f %9.1f' "${LABEL[$row]}" "$median" "$least" "$most"
        awk -v a="$first" -v b="$median" 'BEGIN { if (a == "") print ""; else printf "   %.2f\n", a / b }'
        first=${first:-$median}
    done
}
tell_commands() {
    local stack count status=0
    printf '\nTPM commands for a sign-in\n'
    for stack in vsc vsc_off krb5_vsc krb5_tpm2; do
        count=$(cat "$W/data/$stack.commands")
        printf '  %-26s %9d' "${LABEL[$stack]}" "$count"
        [ "$stack" = vsc ] || { echo; continue; }
        printf '   limit %d%s\n' $LIMIT "$([ "$count" -le $LIMIT ] || echo '  MISSED')"
        [ "$count" -le $LIMIT ] || status=1
    done
    return $status
}

mkdir "$W/data" "$W/warm"
domain_site || die "no domain"
make_softhsm
make_tpm2
member_with_sssd
quiet listen
card_for alice good || die "no card"
make_stacks
one_round "$W/warm"
for stack in vsc vsc_off krb5_vsc krb5_tpm2; do count_commands $stack; done
for _ in $(seq "$RUNS"); do one_round "$W/data"; done

echo "$(nproc) processors, load $(cut -d' ' -f1 /proc/loadavg), Samba $(samba --version | sed 's/.*ersion \([0-9.]*\).*/\1/'), \
$RUNS runs each in turn, $SECONDS s in all"
tell_commands
status=$?
printf '\nAS exchange by PKINIT, ms\n'
table vsc-pkcs11.so kinit_vsc kinit_tpm2 kinit_softhsm tgt
printf '\nWhole sign-in, PIN at once, ms\n'
table pam_vsc "${STACKS[@]}"
printf '\nA key in a file, ms\n'
table pam_sss sss_softhsm krb5_softhsm
domain_end > /dev/null 2>&1
exit $status
