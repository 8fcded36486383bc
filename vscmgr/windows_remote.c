/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * /machine: Windows reaches the other computer by itself (DCOM); here a card of another computer is
 * made there, over ssh. This prints the command, quoted for both shells: the one it is typed to,
 * and the one that ssh hands it to.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "vscmgr/windows.h"

#define HOST_MAX 255 /* bytes, RFC 1035 */
#define TEXT_MAX 4096

bool windows_is_remote(int argc, char **argv)
{
    for (int i = 0; i < argc; i++)
        if (strcasecmp(argv[i], "/machine") == 0)
            return true;
    return false;
}

static bool is_plain(const char *text)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_-./:=@%+,";

    return text[0] != '\0' && text[strspn(text, plain)] == '\0';
}

/* For a shell: in single quotes, if need be. False if `to` is too small. */
static bool quote(const char *text, char to[TEXT_MAX])
{
    size_t used = 0;

    if (is_plain(text))
        return snprintf(to, TEXT_MAX, "%s", text) < TEXT_MAX;
    to[used++] = '\'';
    for (; *text != '\0'; text++) {
        const char *piece = *text == '\'' ? "'\\''" : NULL;
        size_t len = piece != NULL ? strlen(piece) : 1;

        if (used + len + 2 > TEXT_MAX)
            return false;
        memcpy(to + used, piece != NULL ? piece : text, len);
        used += len;
    }
    to[used++] = '\'';
    to[used] = '\0';
    return true;
}

static enum vsc_err put(const char *text, struct problem *problem)
{
    char once[TEXT_MAX], twice[TEXT_MAX];

    if (!quote(text, once) || !quote(once, twice))
        return problem_set(problem, VSC_USAGE, "the command line is too long");
    (void)printf(" %s", twice);
    return VSC_OK;
}

static enum vsc_err find_host(int argc, char **argv, const char **ret_host, struct problem *problem)
{
    const char *host = NULL;

    for (int i = 0; i < argc; i++) {
        if (strcasecmp(argv[i], "/machine") != 0)
            continue;
        if (host != NULL || i + 1 == argc)
            return problem_set(problem, VSC_USAGE, "/machine: once, with the name of a computer");
        host = argv[i + 1];
    }
    if (host == NULL || !is_plain(host) || host[0] == '-' || strlen(host) > HOST_MAX)
        return problem_set(problem, VSC_USAGE, "/machine: this is no name of a computer");
    *ret_host = host;
    return VSC_OK;
}

/* What asks on a terminal needs one there. */
static bool asks(int argc, char **argv)
{
    for (int i = 0; i < argc; i++)
        if (strcasecmp(argv[i], "prompt") == 0)
            return true;
    return false;
}

enum vsc_err windows_remote(int argc, char **argv, struct problem *problem)
{
    const char *host = NULL;
    enum vsc_err err = find_host(argc, argv, &host, problem);

    if (err != VSC_OK)
        return err;
    (void)printf("ssh %sroot@%s tpmvscmgr", asks(argc, argv) ? "-t " : "", host);
    for (int i = 0; err == VSC_OK && i < argc; i++) {
        if (strcasecmp(argv[i], "/machine") == 0)
            i++;
        else
            err = put(argv[i], problem);
    }
    (void)puts("");
    if (err != VSC_OK)
        return err;
    return problem_set(problem, VSC_USAGE,
                       "/machine: a card is made on the computer that it is for; run the command "
                       "above, which does it over ssh");
}
