# SPDX-License-Identifier: BSD-2-Clause
# What is to be true after a program was killed: source this file after tests/rig/enroll.sh.
#   wrong WORD...   a note, with $D/out, of what is not so; counted in $bad
#   signs           the default container has a certificate, and its key signs
#   clean KEYS      so many keys, each with a certificate, and nothing under way

wrong() {
    echo "# $*"
    sed 's/^/#   /' "$D/out"
    bad=$((bad + 1))
}
signs() {
    local id
    "$B/vscmgr" show Alice --json -c "$D/conf" > "$D/show" || return 1
    id=$(jq -r '[.keys[] | select(.default and .certificate != null)][0].id' "$D/show")
    echo 12345678 | "$B/vscmgr" csr Alice --key-id "$id" --pin stdin -c "$D/conf" > "$D/csr" 2>> "$D/out"
}
clean() {
    [ "$(keys)" = "$1" ] && as daemon status --json && is '.[0].phase == "idle"' && signs &&
        jq -e '[.keys[] | select(.certificate == null)] == []' "$D/show" > "$D/jq"
}
