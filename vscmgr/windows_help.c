/* SPDX-License-Identifier: BSD-2-Clause */
/* What tpmvscmgr /? says. */
#include <stdio.h>
#include <string.h>

#include "vscmgr/windows.h"

static const char help[] =
    "Makes and destroys virtual smart cards in the TPM of this computer.\n"
    "\n"
    "TPMVSCMGR CREATE [/quiet] /name <name> [/AdminKey {DEFAULT | PROMPT | RANDOM}]\n"
    "                 [/PIN {DEFAULT | PROMPT}] [/PUK {DEFAULT | PROMPT}] [/generate]\n"
    "                 [/pinpolicy <rules>] [/attestation {AIK_AND_CERT | AIK_ONLY}]\n"
    "                 [/machine <name>]\n"
    "\n"
    "    /name         What the card is called: 1 to 32 characters without / \\ and :\n"
    "    /AdminKey     The key that unblocks the card, 48 hexadecimal digits\n"
    "                    DEFAULT  the one that everybody knows: for tests only\n"
    "                    PROMPT   asked on the terminal\n"
    "                    RANDOM   made at random and shown to nobody\n"
    "    /PIN          The first PIN: DEFAULT is 12345678, PROMPT asks for it\n"
    "    /PUK          A PUK that unblocks the card as well, 8 characters or more:\n"
    "                  DEFAULT is 12345678, PROMPT asks; without it there is none\n"
    "    /generate     Make a key; without it the card is empty\n"
    "    /pinpolicy    What a PIN has to be. Any of\n"
    "                    minlen <number>         at least 4; 8 if not said\n"
    "                    maxlen <number>         at most 127\n"
    "                    uppercase <rule>        rules: ALLOWED, DISALLOWED, REQUIRED\n"
    "                    lowercase <rule>\n"
    "                    digits <rule>\n"
    "                    specialchars <rule>\n"
    "    /attestation  Make a key that attests the card's keys\n"
    "    /quiet        Print the device instance ID only\n"
    "    /machine      Print how to do it on another computer, over ssh\n"
    "\n"
    "TPMVSCMGR DESTROY [/quiet] /instance <device instance ID> [/machine <name>]\n"
    "\n"
    "    /instance     As CREATE printed it: ROOT\\SMARTCARDREADER\\0000\n"
    "\n"
    "TPMVSCMGR /?      This help\n"
    "\n"
    "Examples:\n"
    "    tpmvscmgr create /name TestVSC /pin default /adminkey random /generate\n"
    "    tpmvscmgr create /name MyVSC /pin prompt /adminkey prompt /pinpolicy minlen 6\n"
    "    tpmvscmgr destroy /instance 'ROOT\\SMARTCARDREADER\\0000'\n"
    "\n"
    "Options and their words may be in upper or lower case. vscmgr --help shows all that\n"
    "this computer's tool can do besides.\n";

bool windows_wants_help(int argc, char **argv)
{
    for (int i = 0; i < argc; i++)
        if (strcmp(argv[i], "/?") == 0)
            return true;
    return argc == 0;
}

void windows_help(void)
{
    (void)fputs(help, stdout);
}
