# SPDX-License-Identifier: BSD-2-Clause
# SoftHSM's tokens in the place of physical cards, in an installed site with a CA: source this file after
# tests/rig/site.sh and tests/rig/softhsm.sh, inside a throwaway root.
#
#   token_start USER [FAULT...]  a token of that name with a certificate for the user, PIN 12345678; the
#                                module is $TOKENS/token.so (tests/modules/p11_shim.c)
#   token_named FILE             the configuration FILE names that module from now on
#   take_out / put_back          the token

TOKENS=/usr/local/lib/vsc-test
TOKEN_STATE=/var/lib/softhsm/vsc-test # where vsc-card's sandbox lets SoftHSM write, as it does at each login

token_start() {
    local user=$1
    shift
    mkdir $TOKENS && softhsm_start $TOKENS && mkdir -p -m 755 $TOKEN_STATE &&
        sed -i "s,^directories.tokendir = .*,directories.tokendir = $TOKEN_STATE," $TOKENS/softhsm2.conf &&
        softhsm_token "$user" 12345678 &&
        openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$W/$user.key" \
            -subj "/CN=$user" -out "$W/$user.csr" 2> /dev/null &&
        tests/pki/make-pki.sh issue "$W/pki" "$W/$user.csr" "$W/$user.pem" --upn "$user@corp.test" &&
        softhsm_key "$user" 12345678 01 "$W/$user.key" "$W/$user.pem" &&
        softhsm_module token "$@" && chmod -R go+rX $TOKENS && chown -R _vsc $TOKEN_STATE &&
        chmod 755 /var/lib/softhsm
}
token_named() { sed -i "s,^card = {,& pkcs11_modules = [ \"$TOKENS/token.so\" ];," "$1"; }
take_out() { touch $TOKENS/token.so.away; }
put_back() { rm -f $TOKENS/token.so.away; }
