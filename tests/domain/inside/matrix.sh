# SPDX-License-Identifier: BSD-2-Clause
# Inside a throwaway root: see tests/domain/40-matrix.sh.
set -u
. tests/domain/rig.sh

KINDS="good expired revoked wrong-eku no-upn other-user other-sid not-ntauth untrusted"
SOURCES="winbind sssd local"
CABLES="online offline"
KERBEROS="off"
declare -A RUN # the cells that were run

# expected KIND SOURCE CABLE KERBEROS: CODE REASON ASKED SECONDS
expected() {
    awk -v a="$1" -v b="$2" -v c="$3" -v d="$4" '
        /^#/ || NF != 8 { next }
        ($1 == "*" || $1 == a) && ($2 == "*" || $2 == b) && ($3 == "*" || $3 == c) && ($4 == "*" || $4 == d) {
            answer = $5 " " $6 " " $7 " " $8 }
        END { print answer }' tests/domain/matrix
}

# cell KIND SOURCE CABLE KERBEROS: alice has a card with such a certificate
cell() {
    local code reason asked seconds told
    read -r code reason asked seconds <<< "$(expected "$@")"
    card_for alice "$1"
    fresh
    echo $PIN | timeout 300 "$B/tests/sign_in" vsc-test "$(account alice)" > "$LOG" 2>&1
    told=$(sed -n 's/.*(VSC-\([A-Z-]*\)).*/\1/p' "$LOG" | head -n 1)
    [ -n "$code" ] && grep -q "^authenticate=$code " "$LOG" && grep -q " asked=$asked " "$LOG" &&
        { [ "$code" != SUCCESS ] || grep -q ' account=SUCCESS .* session=SUCCESS ' "$LOG"; } &&
        [ "${told:--}" = "$([ "$reason" = - ] && echo - || echo "${reason^^}")" ] &&
        [ "$(sed -n 's/^authenticate.* ms=\([0-9]*\) .*/\1/p' "$LOG")" -le $((seconds * 1000)) ]
    ok $? "pam-vsc: $1, $2, $3, kerberos $4: $code $reason, asked $asked"
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

domain_site && trust directory
ok $? "samba: a domain and a joined member"
{ member winbind && for kind in $KINDS; do card_for alice "$kind" || exit 1; done; } > "$LOG" 2>&1
ok $? "samba: a certificate of each kind, and the lists are published"
each_cell arrange_and_run
all_were_run > "$LOG" 2>&1
ok $? "pam-vsc: every cell of the matrix was run, ${#RUN[@]}"
domain_end
echo "1..$number"
