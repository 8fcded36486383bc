# SPDX-License-Identifier: BSD-2-Clause
# Inside a throwaway root: see tests/domain/40-matrix.sh.
set -u
. tests/domain/rig.sh

KINDS="good expired revoked wrong-eku no-upn other-user other-sid not-ntauth untrusted"
SOURCES="winbind sssd local"
CABLES="online offline"
KERBEROS="off optional required"
KEPT=/run/pam_vsc/tickets # vsc-tgt(8)
declare -A RUN            # the cells that were run

# expected KIND SOURCE CABLE KERBEROS: CODE REASON ASKED TICKET SECONDS
expected() {
    awk -v a="$1" -v b="$2" -v c="$3" -v d="$4" '
        /^#/ || NF != 9 { next }
        ($1 == "*" || $1 == a) && ($2 == "*" || $2 == b) && ($3 == "*" || $3 == c) && ($4 == "*" || $4 == d) {
            answer = $5 " " $6 " " $7 " " $8 " " $9 }
        END { print answer }' tests/domain/matrix
}

# ---- what is seen of a ticket

# A session of vsc-test's tells what it has.
look_into_sessions() {
    cat > "$W/look" << LOOK
#!/bin/bash
[ "\$PAM_TYPE" = open_session ] || exit 0
exec > "$W/session" 2>&1
echo "cache=\${KRB5CCNAME:-}"
[ -n "\${KRB5CCNAME:-}" ] || exit 0
stat -c 'owner=%u mode=%a' "\${KRB5CCNAME#FILE:}"
id=\$(id -u "\$PAM_USER")
setpriv --reuid "\$id" --regid "\$id" --clear-groups klist
LOOK
    chmod 755 "$W/look" && echo "session optional pam_exec.so quiet $W/look" >> /etc/pam.d/vsc-test
}
in_session() { grep -qE -- "$1" "$W/session"; }
has_ticket() { # NAME
    in_session '^cache=FILE:/tmp/krb5cc_' && in_session "^owner=$(id -u "$1") mode=600\$" &&
        in_session "^Default principal: alice@$REALM\$" && in_session "krbtgt/$REALM@$REALM\$" &&
        grep -q "ticket=granted .*principal=alice@$REALM verified=1" "$MESSAGES"
}
nothing_is_left() {
    [ -z "$(find /tmp -maxdepth 1 -name 'krb5cc*')" ] &&
        { [ ! -e $KEPT ] || [ -z "$(find $KEPT -type f ! -name away)" ]; }
}
ticket_is() { # NAME CODE TICKET
    grep -q 'pam_vsc(vsc-test:auth): result=' "$MESSAGES" || return 1
    case $3 in
    -) ! grep -q ticket= "$MESSAGES" ;;
    *) grep -q "ticket=$3 " "$MESSAGES" ;;
    esac || return 1
    case $2,$3 in
    SUCCESS,granted) has_ticket "$1" ;;
    SUCCESS,*) in_session '^cache=$' ;;
    *) [ ! -e "$W/session" ] ;;
    esac && nothing_is_left
}

# The datagrams that this member has sent: with local accounts nobody does but vsc-tgt, who cannot find a KDC without
# (the connections that are counted beside them are the software TPM's).
sent() { awk '$1 == "Udp:" { n = $5 } END { print n }' /proc/net/snmp; }

# ---- a cell

kerberos() { # off|optional|required CABLE
    SETTINGS[top]="kerberos = \"$1\";"
    unset "SETTINGS[ticket]"
    [ "$2" = offline ] || SETTINGS[ticket]='deadline = 60;'
    configure
}
alice() { # signs in
    fresh
    rm -f "$W/session"
    echo $PIN | timeout 300 "$B/tests/sign_in" vsc-test "$(account alice)" > "$LOG" 2>&1
    logger 'all is said' && said 'all is said'
}
is_as_expected() { # CODE REASON ASKED TICKET SECONDS
    local told
    told=$(sed -n 's/.*(VSC-\([A-Z-]*\)).*/\1/p' "$LOG" | head -n 1)
    grep -q "^authenticate=$1 " "$LOG" && grep -q " asked=$3 " "$LOG" && grep -qF " user=$(account alice) " "$LOG" &&
        { [ "$1" != SUCCESS ] || grep -q ' account=SUCCESS credentials=SUCCESS session=SUCCESS ' "$LOG"; } &&
        [ "${told:--}" = "$([ "$2" = - ] && echo - || echo "${2^^}")" ] &&
        [ "$(sed -n 's/^authenticate.* ms=\([0-9]*\) .*/\1/p' "$LOG")" -le $(($5 * 1000)) ] &&
        ticket_is "$(account alice)" "$1" "$4"
}
# No KDC answers and none is needed: the second time in a row vsc-tgt asks nobody. It remembers for a minute,
# so a machine that was too busy to come so far in that time has another try.
asks_nobody_again() { # SOURCE
    local before since
    while :; do
        before=$(sent) since=$SECONDS
        alice && is_as_expected SUCCESS - 1 kdc-unreachable 30 || return 1
        ! grep -q 'less\\x20than\\x20a\\x20minute' "$MESSAGES" || break
        [ $((SECONDS - since)) -ge 50 ] || return 1
    done
    [ "$1" != local ] || [ "$(sent)" = "$before" ]
}
cell() { # KIND SOURCE CABLE KERBEROS: alice has a card with such a certificate
    local code reason asked ticket seconds before
    read -r code reason asked ticket seconds <<< "$(expected "$@")"
    card_for alice "$1"
    kerberos "$4" "$3"
    rm -f $KEPT/away
    before=$(sent)
    alice
    [ -n "$code" ] && is_as_expected "$code" "$reason" "$asked" "$ticket" "$seconds" &&
        case $2,$ticket in
        local,-) [ "$(sent)" = "$before" ] ;;
        local,*) [ "$(sent)" -gt "$before" ] ;;
        esac &&
        case $code,$ticket in SUCCESS,kdc-unreachable) asks_nobody_again "$2" ;; esac
    local status=$?
    [ $status = 0 ] || cat "$W/session" "$MESSAGES" >> "$LOG" 2> /dev/null
    ok $status "pam-vsc: $1, $2, $3, kerberos $4: $code $reason, asked $asked, ticket $ticket"
    RUN["$*"]=yes
}

# What the directory and the web server publish is fetched, before the cable is out: both issuers' lists.
fetch() {
    card_for alice not-ntauth && certcheck refresh; card_for alice good && certcheck refresh
}

each_cell() { # COMMAND
    local kind source cable kerberos
    for source in $SOURCES; do for cable in $CABLES; do for kind in $KINDS; do for kerberos in $KERBEROS; do
        "$@" "$kind" "$source" "$cable" "$kerberos"
    done; done; done; done
}
was_run() { [ -n "${RUN["$*"]:-}" ] || { echo "not run: $*"; return 1; }; }
all_were_run() { ! each_cell was_run | grep .; }

# One after the other as the person meets them: the source and the cable change seldom.
now_source= now_cable=online
arrange_and_run() {
    if [ "$2" != "$now_source" ]; then
        [ "$now_cable" = online ] || cable in
        { member "$2" && fetch; } > "$LOG" 2>&1
        ok $? "certcheck: fetches what the directory publishes, $2"
        now_source=$2 now_cable=online
    fi
    if [ "$3" != "$now_cable" ]; then
        cable out > "$LOG" 2>&1
        ok $? "$2: the cable is out"
        now_cable=$3
    fi
    cell "$@"
}

domain_site && trust directory && look_into_sessions && listen
ok $? "samba: a domain and a joined member"
{ member winbind && for kind in $KINDS; do card_for alice "$kind" || exit 1; done; } > "$LOG" 2>&1
ok $? "samba: a certificate of each kind, and the lists are published"
each_cell arrange_and_run
all_were_run > "$LOG" 2>&1
ok $? "pam-vsc: every cell of the matrix was run, ${#RUN[@]}"
domain_end
echo "1..$number"
