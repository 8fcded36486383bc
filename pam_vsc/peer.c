/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_vsc/peer.h"

#include <syslog.h>

#include <security/pam_ext.h>

/* A faulty helper is the administrator's business: logged whatever the arguments are. */
static enum vsc_err log_fault(const struct peer *peer, enum vsc_err err, const char *text)
{
    if (err != VSC_OK)
        pam_syslog(peer->pamh, LOG_ERR, "%s: %s", peer->name,
                   text[0] != '\0' ? text : vsc_strerror(err));
    return err;
}

enum vsc_err peer_send(const struct peer *peer, const struct message *request)
{
    return log_fault(peer, wire_send(peer->helper.fd, request, peer->deadline), "");
}

enum vsc_err peer_receive(const struct peer *peer, struct peer_answers types,
                          struct message *ret_answer)
{
    struct problem problem = {.text = ""};
    enum vsc_err err = wire_receive(peer->helper.fd, ret_answer, peer->deadline);

    if (err != VSC_OK)
        return log_fault(peer, err, problem.text);
    if (ret_answer->type == types.one || ret_answer->type == types.other)
        return VSC_OK;
    if (ret_answer->type == WIRE_ERROR)
        err = wire_take_error(ret_answer, &problem);
    else
        err = problem_set(&problem, VSC_PROTOCOL, "answered by %s",
                          wire_type_name((uint16_t)ret_answer->type));
    return log_fault(peer, err, problem.text);
}

void peer_close(struct peer *peer)
{
    if (peer->name != NULL)
        helper_stop(&peer->helper);
    *peer = PEER_NONE;
}
