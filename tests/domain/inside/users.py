#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""users.py PASSWORD SAM.LDB ALTSECID: the domain's users; a line "USER SID" for each on standard output.

What is not asked of a running server here: luca, whom wrong passwords lock out (rig.sh does that)."""
import sys
from ldb import FLAG_MOD_ADD, FLAG_MOD_REPLACE, Dn, Message, MessageElement, SCOPE_SUBTREE
from samba.auth import system_session
from samba.dcerpc import security
from samba.dsdb import UF_ACCOUNTDISABLE, UF_NORMAL_ACCOUNT, UF_SMARTCARD_REQUIRED
from samba.ndr import ndr_unpack
from samba.param import LoadParm
from samba.samdb import SamDB

password, database, altsecid = sys.argv[1:]
lp = LoadParm()
lp.load_default()
sam = SamDB(url=database, lp=lp, session_info=system_session(lp))
base = sam.domain_dn()

USERS = {
    "alice": {},
    "bob": {},
    "dora": {"userAccountControl": str(UF_NORMAL_ACCOUNT | UF_ACCOUNTDISABLE)},
    "erik": {"accountExpires": "132539328000000000"},  # 2021-01-01
    "luca": {},
    "carl": {"userPrincipalName": "carl@corp.example"},  # another suffix of the forest
    "sven": {"userAccountControl": str(UF_NORMAL_ACCOUNT | UF_SMARTCARD_REQUIRED)},
    "nora": {"altSecurityIdentities": altsecid},
    "lena": {},  # the member's /etc/passwd has a lena as well, somebody else
    "root": {},  # and a root
}


def change(dn, flags, attributes):
    message = Message(dn)
    for name, value in attributes.items():
        message[name] = MessageElement(value, flags, name)
    sam.modify(message)


change(Dn(sam, f"CN=Partitions,{sam.get_config_basedn()}"), FLAG_MOD_ADD, {"uPNSuffixes": "corp.example"})
change(Dn(sam, base), FLAG_MOD_REPLACE,
       {"lockoutThreshold": "3", "lockoutDuration": "-864000000000", "lockOutObservationWindow": "-864000000000",
        "maxPwdAge": "-9223372036854775808"})
for user, attributes in USERS.items():
    sam.newuser(user, password)
    if attributes:
        change(Dn(sam, f"CN={user},CN=Users,{base}"), FLAG_MOD_REPLACE, attributes)
for user in [*USERS, "Administrator"]:
    found = sam.search(base, SCOPE_SUBTREE, f"(sAMAccountName={user})", ["objectSid"])
    sid = ndr_unpack(security.dom_sid, found[0]["objectSid"][0])
    print(user, sid)
