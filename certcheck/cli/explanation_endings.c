/* SPDX-License-Identifier: BSD-2-Clause */
/* The codes that the module gives itself: pam_vsc(8), "DIAGNOSTICS". */
#include "certcheck/cli/explanation.h"

#define NOTHING "Nothing is wrong."

const struct ending_row explanation_endings[] = {
    {"accepted", 0, "signed in", "The card has proven itself, for this account.", NOTHING},
    {"still-good", 0, "the certificate still holds",
     "At the check of the account the certificate was as good as at the sign-in.", NOTHING},
    {"changed", 0, "the PIN was changed", "The card has a new PIN.", NOTHING},
    {"can-change", 0, "the PIN can be changed",
     "The check before a change of the PIN went well; the change itself has a line of its own.",
     NOTHING},
    {"no-card", FIX_USER | FIX_HELP_DESK, "there is no card of this user",
     "No card in this computer belongs to this user: by its owner, or by a certificate that the "
     "rules map to the account. The user saw nothing and goes on to the password.",
     "Plug in the card. Else see vscmgr list: is there one, and is this user its owner? certcheck "
     "--user NAME CERT tells whether the certificate is this user's."},
    {"no-certificate", FIX_HELP_DESK, "there is no certificate on the card",
     "The card is this user's, but nothing was enrolled on it yet.",
     "Make a request (vscmgr csr), have it issued, and put it on the card (vscmgr import)."},
    {"not-allowed", FIX_ADMIN, "the service, or asking from another machine, is not allowed",
     "The program that asked is not in login.services; or it was asked from another machine and is "
     "not in login.remote; or it gave no name, and login.list_identities shows nobody's card; "
     "or an argument of the call was too long. The line before says which.",
     "certcheck --service NAME CERT says what holds. See service-refused."},
    {"declined", FIX_USER, "the user took the password",
     "The user chose \"Use a password\" or gave an empty PIN. No try was used.", NOTHING},
    {"no-choice", FIX_USER, "there was no such choice",
     "Several certificates were offered, and the answer was none of them.",
     "Try again, with the number that stands before the name."},
    {"not-a-pin", FIX_USER, "what was typed cannot be the card's PIN",
     "It is too short, too long or has characters that the card's rules forbid: most likely the "
     "password. The card never saw it, and no try was used.",
     "Type the PIN of the card."},
    {"reserved", FIX_USER, "the last tries are kept for the owner",
     "Few tries are left, and the request came from somebody else, from another machine, or with a "
     "password typed before. Such requests cannot use up the last ones (login.reserve).",
     "Sign in at the computer's own screen with the right PIN, or have the card unblocked."},
    {"helper", FIX_ADMIN, "a helper program cannot be used",
     "vsc-check or vsc-card could not be started, crashed, or gave no proper answer.",
     "See the lines before it in the log. Is the installation whole, and do the users _vsc and "
     "_vsc-check exist (systemd-sysusers)?"},
    {"tpm", FIX_ADMIN, "the security chip or token cannot be used",
     "The TPM or the token gave an error, or the card's files are damaged or of a newer version.",
     "See the lines before it in the log, and vscmgr show CARD. Start the computer anew; see "
     "card.tcti."},
    {"deadline", FIX_ADMIN, "it took too long",
     "What had to be done beside the person took longer than login.timeout.",
     "See what is slow: the TPM in use by another program, or name look-ups (getent passwd NAME). "
     "Raise login.timeout if it has to be so."},
    {"wrong-pin", FIX_USER, "the PIN was wrong",
     "The card refused the PIN. Each wrong one uses up a try.",
     "Type it with care; the prompt tells how many tries are left. Who has forgotten it asks the "
     "help desk before the last one."},
    {"wrong-puk", FIX_USER, "the PUK or the help desk's answer was wrong",
     "The card is blocked, and the PUK that was to unblock it was wrong, or the answer was another "
     "challenge's. The TPM counts wrong PUKs apart from wrong PINs.",
     "Try again with the right one; the administrator can always unblock it (vscmgr unblock)."},
    {"aborted", FIX_USER, "the user broke it off", "The question for the PIN was not answered.",
     NOTHING},
    {"last-try", FIX_HELP_DESK, "the last try was used up",
     "With this wrong PIN the card is blocked.", "See blocked."},
    {"blocked", FIX_HELP_DESK | FIX_ADMIN, "the card is blocked",
     "Too many wrong PINs were typed. The card opens for no PIN until it is unblocked; the "
     "certificate is not harmed. The user goes on to the password.",
     "Make sure who is calling. Then unblock the card with its administrator key or PUK, where it "
     "has them; else destroy it, make a new one and enroll again."},
    {"tpm-locked", FIX_USER | FIX_ADMIN, "the security chip is locked for a while",
     "The TPM has seen too many wrong values, of any program, and answers nobody for some minutes. "
     "The card's own count of tries is not touched.",
     "Wait as long as the message says. If it comes again, find out which program guesses."},
    {"wrong-account", FIX_USER | FIX_ADMIN, "the certificate is another account's",
     "The card opened for a certificate that does not belong to the account that asked.",
     "See account-mismatch."},
    {"bad-new-pin", FIX_USER, "no new PIN came about",
     "The two new PINs differed, or the new one broke the card's rules. The old PIN holds.",
     "Try again; the message says which rule it was."},
    {"must-change", FIX_USER, "the PIN must be changed",
     "The sign-in went well, with a PIN that somebody else chose: who made the card, or unblocked "
     "it.",
     "Give it another PIN: the program that signs in asks for one, and passwd and vscmgr passwd "
     "do."},
    {"not-expired", 0, "the PIN need not be changed",
     "Only expired PINs were to be changed, and a card's PIN does not expire.", NOTHING},
    {"no-ticket", FIX_ADMIN, "there is no Kerberos ticket",
     "The card was proven, but a ticket could not be asked for: krb5.conf, PKINIT's plugin or "
     "vsc-card's socket is missing, the key is not RSA, the card is another account's or no "
     "virtual "
     "one, or the KDC's certificate is not trusted.",
     "The line ticket= in the log says what libkrb5 said. See TROUBLESHOOTING in vsc-tgt(8)."},
    {"kdc-unreachable", FIX_ADMIN, "no KDC answered",
     "The card was proven, but no domain controller answered within ticket.deadline. For a minute "
     "none is asked again where kerberos is \"optional\".",
     "See the network, and kdc in krb5.conf. Where people sign in without a network, let kerberos "
     "be \"optional\"."},
    {"kdc-refused", FIX_ADMIN | FIX_HELP_DESK, "the KDC refuses a ticket",
     "The card was proven, but the domain says no: the account is disabled or unknown there, the "
     "certificate was revoked, has the wrong usage, or is another principal's.",
     "The line ticket= in the log says which. The KDC's own log says more."},
    {"kdc-untrusted", FIX_ADMIN, "the KDC is not this computer's",
     "Somebody answered as the KDC and gave a ticket, but does not know the host's key: a KDC that "
     "is not the domain's, or a keytab that is older than the machine's account.",
     "kvno -k /etc/krb5.keytab host/NAME tells. Join the domain anew if the keytab is old; else "
     "find "
     "out who answers."},
    {"ticket-mismatch", FIX_ADMIN, "the ticket is another's",
     "The KDC gave a ticket for a principal whose name is not the account's. It was thrown away.",
     "The line ticket= in the log names the principal. See realm, and which account the rules map "
     "the "
     "certificate to."},
    {"memory", FIX_ADMIN, "out of memory", "The computer had no memory left.",
     "See what uses it up."},
    {"configuration", FIX_ADMIN, "an argument or the configuration is wrong",
     "An argument of pam_vsc.so is unknown, or the configuration file has a fault, or could be "
     "changed by others. Nobody signs in by card until it is corrected.",
     "The line before names the file, line and key. certcheck CERT tells the same."},
    {"conversation", FIX_USER, "the program could not ask",
     "The program that wanted to sign in somebody ended the conversation: end of input, or Ctrl-C.",
     "Try again. If it stays, the program cannot talk to the user: see CONVERSATIONS in "
     "pam_vsc(8)."},
};
const size_t explanation_ending_count =
    sizeof(explanation_endings) / sizeof(explanation_endings[0]);
