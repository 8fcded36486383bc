/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_vsc/ticket_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pam_vsc/ticket.h"

#define DATA     "pam_vsc_ticket"
#define REQUIRED "required:"
#define OPTIONAL "optional:"

static void unlink_kept(const char *name)
{
    char path[sizeof(TGT_FOLDER) + TGT_NAME_SIZE];

    if (!tgt_name_is_sound(name) || geteuid() != 0)
        return;
    (void)snprintf(path, sizeof(path), TGT_FOLDER "/%s", name);
    (void)unlink(path);
}

/* The handle ends, or forgets. A process that was forked off since has a copy of it only: sshd
 * signs in in one. */
static void clean_up(pam_handle_t *pamh, void *data, int status)
{
    struct ticket *ticket = data;

    (void)pamh;
    if (ticket != NULL && ticket->pid == getpid() && ((unsigned)status & PAM_DATA_REPLACE) == 0)
        unlink_kept(ticket->kept);
    free(ticket);
}

/* "required:" or "optional:" and the name. */
static bool read_env(pam_handle_t *pamh, struct ticket *ret_ticket)
{
    const char *value = pam_getenv(pamh, ENV_TICKET);
    struct ticket ticket = {.uid_known = false};

    if (value == NULL || strlen(value) != strlen(REQUIRED) + TGT_NAME_SIZE - 1)
        return false;
    ticket.required = strncmp(value, REQUIRED, strlen(REQUIRED)) == 0;
    if ((!ticket.required && strncmp(value, OPTIONAL, strlen(OPTIONAL)) != 0) ||
        !tgt_name_is_sound(value + strlen(REQUIRED)))
        return false;
    memcpy(ticket.kept, value + strlen(REQUIRED), TGT_NAME_SIZE);
    *ret_ticket = ticket;
    return true;
}

bool ticket_read(pam_handle_t *pamh, struct ticket *ret_ticket)
{
    const void *data = NULL;

    if (pam_get_data(pamh, DATA, &data) != PAM_SUCCESS || data == NULL)
        return read_env(pamh, ret_ticket);
    *ret_ticket = *(const struct ticket *)data;
    return true;
}

static bool write_env(pam_handle_t *pamh, const struct ticket *ticket)
{
    char setting[64 + TGT_NAME_SIZE];

    if (ticket->kept[0] == '\0') {
        if (pam_getenv(pamh, ENV_TICKET) != NULL)
            (void)pam_putenv(pamh, ENV_TICKET);
        return true;
    }
    (void)snprintf(setting, sizeof(setting), ENV_TICKET "=%s%s",
                   ticket->required ? REQUIRED : OPTIONAL, ticket->kept);
    return pam_putenv(pamh, setting) == PAM_SUCCESS;
}

bool ticket_write(pam_handle_t *pamh, const struct ticket *ticket)
{
    struct ticket *copy = malloc(sizeof(*copy));

    if (copy == NULL)
        return false;
    *copy = *ticket;
    copy->pid = getpid();
    if (pam_set_data(pamh, DATA, copy, clean_up) != PAM_SUCCESS) {
        free(copy);
        return false;
    }
    return write_env(pamh, ticket);
}

void ticket_drop_kept(pam_handle_t *pamh)
{
    struct ticket ticket;

    if (!ticket_read(pamh, &ticket) || ticket.kept[0] == '\0')
        return;
    unlink_kept(ticket.kept);
    ticket.kept[0] = '\0';
    if (ticket.ccache[0] == '\0') {
        (void)pam_set_data(pamh, DATA, NULL, NULL);
        (void)write_env(pamh, &ticket);
    } else {
        (void)ticket_write(pamh, &ticket);
    }
}
