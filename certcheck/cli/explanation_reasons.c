/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/cli/explanation.h"

const struct reason_row explanation_reasons[REASON_COUNT] = {
    [REASON_MALFORMED_CERTIFICATE] =
        {FIX_CA | FIX_HELP_DESK,
         "What is on the card is no certificate that can be read: it does not parse, is not DER, "
         "holds an extension twice, or something critical that this program does not know.",
         "The help desk has a new certificate issued and puts it on the card (vscmgr import). If "
         "every certificate of this CA is so, the CA's template holds something critical that is "
         "not known here."},
    [REASON_UNTRUSTED_ISSUER] =
        {FIX_ADMIN,
         "From this certificate no way leads to a CA that this computer trusts: an intermediate CA "
         "is missing, or the certificate is from somewhere else.",
         "Look at the issuer: certcheck facts CERT. If it is the domain's, put the domain's CA "
         "into "
         "trust.anchors, and the CAs between into trust.intermediates. If it is not, the user has "
         "the wrong card."},
    [REASON_EXPIRED] =
        {FIX_USER | FIX_HELP_DESK,
         "The last day of the certificate, or of a CA above it, has passed. The card itself is as "
         "good as ever.",
         "Renew the certificate: the help desk makes a request from the card (vscmgr csr), the CA "
         "issues, vscmgr import puts it on the card. Until then the user signs in with the "
         "password. Is it a CA that has expired, the administrator has to bring its new "
         "certificate."},
    [REASON_NOT_YET_VALID] =
        {FIX_ADMIN | FIX_USER,
         "The certificate begins later than this computer's clock says. As a rule the clock is "
         "slow; a certificate that was issued a moment ago can be early by minutes.",
         "Compare the computer's clock with another one, and set it. If the clock is right, wait "
         "until the certificate begins."},
    [REASON_PATH_LENGTH] =
        {FIX_CA, "A CA in the chain allows fewer CAs below itself than there are.",
         "The CA's operator: the certificate must come from a CA that may issue it, or the upper "
         "CA needs a certificate with a greater path length."},
    [REASON_NAME_CONSTRAINT] =
        {FIX_CA,
         "A CA in the chain may issue for certain names only, and a name in this certificate (its "
         "subject, UPN, mail or DNS name) is none of them; or the limit is of a kind that cannot "
         "be evaluated, which counts as not allowed.",
         "The CA's operator: have the certificate issued by a CA that may issue for this name, or "
         "the constraint corrected."},
    [REASON_POLICY] =
        {FIX_ADMIN | FIX_CA,
         "A CA demands a certificate policy that does not hold for the whole chain, or none of the "
         "policies that this computer asks for (policy.policies) does.",
         "Compare the policies in the certificate (certcheck facts) with policy.policies. If the "
         "list is as it should be, have the certificate issued under one of them."},
    [REASON_BAD_SIGNATURE] =
        {FIX_CA | FIX_ADMIN,
         "A CA with the right name and key identifier is here, but its key did not sign this "
         "certificate. The certificate was changed or forged, or a CA got a new key under the same "
         "key identifier.",
         "Ask where the certificate comes from. If it is the CA's, its present certificate must "
         "stand in trust.anchors or trust.intermediates; else have a new certificate issued, and "
         "tell who watches over security."},
    [REASON_REVOKED] =
        {FIX_CA | FIX_HELP_DESK,
         "The CA has taken back the certificate, or that of a CA above it: as a rule because a "
         "card "
         "was reported lost or a person has left. This wins over everything else, also where the "
         "list is old.",
         "Nothing on this computer helps. The help desk asks the CA why. If it was a mistake or is "
         "over, have a new certificate issued; one on hold can be released by the CA, and counts "
         "again once the new list is here."},
    [REASON_REVOCATION_UNKNOWN] =
        {FIX_ADMIN,
         "Nobody here can say whether the certificate was revoked: of its issuer, or of a CA "
         "above, "
         "no list is here that may be used. A list that does not verify, is from the future or is "
         "for a part of the certificates only counts as if it were not there.",
         "The administrator runs certcheck refresh and looks at what it says, or puts the issuer's "
         "CRL into revocation.crls by hand. The line of the check tells which issuer it is."},
    [REASON_CRL_STALE] =
        {FIX_ADMIN,
         "The newest list of the issuer is older than the date until which it holds, and than "
         "revocation.max_stale allows. As a rule the computer has not reached the CA for days.",
         "Connect the computer to the network and run certcheck refresh. If it gets no newer list, "
         "the CA has not published one: call its operator."},
    [REASON_MISSING_EKU] =
        {FIX_CA,
         "The certificate is for something else: the extended key usage that the purpose asks for "
         "(Smartcard Logon, 1.3.6.1.4.1.311.20.2.2) is not there, or a CA above is limited to "
         "others. \"Any\" does not stand in for it.",
         "Have the certificate issued from a template with Smartcard Logon. See policy.purpose for "
         "what this computer asks for."},
    [REASON_BAD_KEY_USAGE] =
        {FIX_CA,
         "The key usage stands in the certificate and does not hold digitalSignature, or a CA's "
         "does not hold keyCertSign. As a rule this is a certificate for encryption.",
         "Choose the other certificate on the card, or have one issued with digitalSignature."},
    [REASON_CA_CERTIFICATE] = {FIX_HELP_DESK,
                               "This is the certificate of a CA. A CA does not sign in.",
                               "Put a certificate of a person on the card."},
    [REASON_WEAK_KEY] =
        {FIX_HELP_DESK | FIX_CA,
         "A key, of the certificate or of a CA above it, is too short or of a kind that is not "
         "used here: RSA of at least policy.min_rsa_bits and the curves P-256, P-384 and P-521 are "
         "good.",
         "Make a new key on the card (vscmgr create --key) and have a certificate issued for it. "
         "If "
         "it is a CA's, the CA's operator has to renew its key."},
    [REASON_WEAK_SIGNATURE] =
        {FIX_CA,
         "A signature in the chain was made with MD5 or SHA-1, which can be forged. The anchor's "
         "own signature does not count.",
         "The CA's operator: issue with SHA-256 or better. For a new CA certificate of the same "
         "key, put it into trust.intermediates in place of the old one."},
    [REASON_NO_UPN] =
        {FIX_CA,
         "The certificate holds no user principal name (UPN, like alice@corp.example), so that it "
         "is not known whose it is.",
         "Have it issued with the UPN in the subject alternative name (vscmgr csr --upn, or a "
         "template that takes it from the directory)."},
    [REASON_MALFORMED_UPN] =
        {FIX_CA,
         "The user principal name is not well-formed: it is no UTF8String, has not exactly one "
         "'@' with something on both sides, is too long, or holds a blank, a slash or a control "
         "character.",
         "Have the certificate issued with a well-formed UPN. certcheck facts shows the one that "
         "stands there."},
    [REASON_MULTIPLE_UPN] =
        {FIX_CA,
         "There are several user principal names in the certificate, and nobody can say which "
         "one counts.",
         "Have the certificate issued with one UPN."},
    [REASON_MALFORMED_SID] =
        {FIX_CA,
         "The account's security identifier, in the extension 1.3.6.1.4.1.311.25.2 or in a URI of "
         "subjectAltName, cannot be read, or there are two that differ.",
         "Have a new certificate issued. If all of this CA are so, its software puts in something "
         "that is not what Microsoft documents."},
    [REASON_SID_MISMATCH] =
        {FIX_CA | FIX_ADMIN,
         "Nothing that cannot be given again binds the certificate to the account "
         "(policy.strong_mapping): its security identifier is another account's, because the "
         "account was made anew since, or because somebody tries to be somebody else; or it has "
         "none, and no strong rule of mapping.rules yields the account; or no directory (winbind, "
         "SSSD) said in time which one the account has.",
         "Compare the SID in the certificate (certcheck facts) with the account's in the "
         "directory, and see that winbind or SSSD works. Have a new certificate issued for this "
         "account, or add a rule by sid, altsecid or sha256 to mapping.rules."},
    [REASON_ISSUER_NOT_NTAUTH] =
        {FIX_ADMIN | FIX_CA,
         "The CA that issued the certificate is not in the directory's NTAuthCertificates "
         "(trust.ntauth): the domain does not let it issue certificates to sign in with.",
         "The domain's administrator publishes the CA in NTAuthCertificates (certutil -dspublish "
         "CA.cer NTAuthCA), then certcheck refresh, or a new file in trust.ntauth."},
    [REASON_DIRECTORY_UNKNOWN] =
        {FIX_ADMIN,
         "NTAuthCertificates (trust.ntauth) or the roots (directory.roots) are asked of the "
         "directory, and the cache (revocation.cache) holds none: they were never fetched, or the "
         "file is damaged.",
         "Set directory.uri, and run certcheck refresh as root: it says what it could not fetch. "
         "Then see that its timer is enabled."},
    [REASON_DIRECTORY_STALE] =
        {FIX_ADMIN,
         "NTAuthCertificates or the roots were fetched longer ago than directory.max_age and "
         "revocation.max_stale together.",
         "Run certcheck refresh where the directory can be reached. For computers that are away "
         "for longer, raise directory.max_age or revocation.max_stale."},
    [REASON_NO_MAPPING] =
        {FIX_ADMIN,
         "The certificate may be good, but no rule of mapping.rules gives an account of this "
         "computer for it: no rule fits, or the account that it names does not exist here.",
         "Look what the account should be, and whether the computer knows it (getent passwd NAME). "
         "Add a rule to mapping.rules, or create the account; for accounts of a domain see that "
         "SSSD or winbind works."},
    [REASON_AMBIGUOUS_MAPPING] =
        {FIX_ADMIN | FIX_USER,
         "The rules give several accounts for this certificate: one rule several where no user was "
         "named, or two rules different ones.",
         "The user gives the user name first. The administrator makes mapping.rules agree (see "
         "mapping.conflict)."},
    [REASON_ACCOUNT_REFUSED] =
        {FIX_ADMIN,
         "The account may not sign in with a card: its uid is below mapping.min_uid, it stands in "
         "mapping.refuse, or it shares its uid with another account.",
         "This is a decision, as a rule (root does not sign in by card). Else see mapping.min_uid "
         "and mapping.refuse."},
    [REASON_ACCOUNT_MISMATCH] =
        {FIX_USER | FIX_ADMIN,
         "The certificate belongs to another account than the one that was named.",
         "The user signs in under the own name, or takes the other card. If it should be this "
         "account, the administrator corrects mapping.rules."},
    [REASON_PROOF_FAILED] =
        {FIX_USER | FIX_HELP_DESK,
         "The card's answer does not fit the key in the certificate, came too late, or was one of "
         "before. It can happen when the computer slept between the PIN and the answer.",
         "Try again. If it stays, the certificate on the card does not belong to the card's key: "
         "enroll again. Should nothing explain it, tell who watches over security."},
    [REASON_TIME_NOT_CREDIBLE] =
        {FIX_ADMIN,
         "The computer's clock shows a time that has been before: before this program was "
         "released, before the newest revocation list was made, or before the last sign-in. With "
         "such a clock an expired or revoked certificate would pass.",
         "Set the clock (timedatectl, or the firmware's), and replace the battery if it comes "
         "again. If the clock is right now and was ahead before, the administrator removes "
         "/var/lib/pam_vsc/clock/last-sign-in. The last two count with revocation.mode \"hard\"; "
         "the list is one in revocation.cache."},
    [REASON_CARD_GONE] =
        {FIX_HELP_DESK,
         "The card belongs to this computer's TPM as it was: the TPM was cleared, the mainboard "
         "exchanged, or the disk moved into another computer. The key cannot be used any more, "
         "here or elsewhere.",
         "Destroy the card (vscmgr destroy), make a new one and enroll again. Have the old "
         "certificate revoked if the computer was not in good hands."},
    [REASON_SERVICE_REFUSED] =
        {FIX_ADMIN,
         "The program that asks (the PAM service) may not be used with a card: it is not in "
         "login.services, or is asked from another machine and not in login.remote.",
         "If it should be, add it to login.services or login.remote. Before login.remote read "
         "SECURITY in pam_vsc(8): from another machine the PIN alone is one factor."},
    [REASON_TEMPLATE] =
        {FIX_ADMIN | FIX_CA,
         "The certificate was not issued from one of the templates that may be used to sign in "
         "here (policy.templates), or names none.",
         "certcheck facts CERT shows its template. If it is a good one, add it to "
         "policy.templates; else have the certificate issued from one of them."},
    [REASON_WEAK_MAPPING] =
        {FIX_ADMIN,
         "The account comes from a rule that looks at a name only, which the CA may give to "
         "somebody else later (mapping.allow_weak). The sign-in works; this is a warning.",
         "Map by sid, altsecid, sha256 or file instead, and set mapping.allow_weak to false."},
    [REASON_ACCOUNT_DISABLED] =
        {FIX_ADMIN,
         "The directory has disabled the account, or has no account with its SID any more. This is "
         "what the last certcheck refresh saw; the sign-in ends after the PIN, in the account "
         "check.",
         "If it should be in use, enable it in the directory and run certcheck refresh on this "
         "computer."},
    [REASON_ACCOUNT_EXPIRED] =
        {FIX_ADMIN,
         "The date until which the directory lets the account be used (accountExpires) is over. "
         "The date is what the last certcheck refresh saw.",
         "Set another date in the directory and run certcheck refresh on this computer."},
    [REASON_ACCOUNT_LOCKED] =
        {FIX_ADMIN,
         "The directory has locked the account, as it does after wrong passwords. This is what the "
         "last certcheck refresh saw: also when the lock is over meanwhile, it holds until the "
         "next.",
         "Wait for the lock to end, or unlock the account in the directory; then run certcheck "
         "refresh on this computer, or wait for its timer."},
};
