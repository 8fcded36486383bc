/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_vsc/session.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include <security/pam_ext.h>
#include <security/pam_modutil.h>

#include "common/session_record.h"
#include "common/text.h"
#include "pam_vsc/record.h"

#define SESSION_DATA "pam_vsc_session" /* the id of a session whose record we left */
#define ENV_SESSION  "XDG_SESSION_ID"  /* pam_systemd's */

static void free_data(pam_handle_t *pamh, void *data, int status)
{
    (void)pamh;
    (void)status;
    free(data);
}

static const char *env_of(pam_handle_t *pamh, const char *name)
{
    const char *value = pam_getenv(pamh, name);

    return value != NULL ? value : "";
}

static const char *item_of(const pam_handle_t *pamh, int type)
{
    const void *item = NULL;

    return pam_get_item(pamh, type, &item) == PAM_SUCCESS && item != NULL ? item : "";
}

/* The token that this handle signed in with; "" for none. Where PAM lost its data (sshd) our PAM
 * environment tells: whoever can write it can only have his own session locked. */
static const char *token_of(pam_handle_t *pamh)
{
    const struct record *record = record_read(pamh);

    return record != NULL ? record->token_id : env_of(pamh, ENV_TOKEN_ID);
}

static const char *name_of(pam_handle_t *pamh)
{
    const struct record *record = record_read(pamh);
    const char *name = record != NULL ? record->card : env_of(pamh, ENV_CARD);

    return name[0] != '\0' && strlen(name) < CARD_NAME_SIZE && text_is_printable(name) ? name
                                                                                       : "Token";
}

static bool fill(pam_handle_t *pamh, struct session_record *record)
{
    const struct passwd *user = pam_modutil_getpwnam(pamh, item_of(pamh, PAM_USER));
    const char *token = token_of(pamh), *session = env_of(pamh, ENV_SESSION);

    if (user == NULL || !session_id_is_sound(session) || !session_card_is_sound(token))
        return false;
    *record = (struct session_record){.uid = user->pw_uid, .leader = getpid()};
    (void)snprintf(record->session, sizeof(record->session), "%s", session);
    (void)snprintf(record->card, sizeof(record->card), "%s", token);
    (void)snprintf(record->name, sizeof(record->name), "%s", name_of(pamh));
    text_escape(record->service, sizeof(record->service), item_of(pamh, PAM_SERVICE), true);
    return true;
}

static void leave(pam_handle_t *pamh, const struct session_record *record)
{
    struct problem problem = {.text = ""};
    char *id = strdup(record->session);

    if (id == NULL || pam_set_data(pamh, SESSION_DATA, id, free_data) != PAM_SUCCESS) {
        free(id);
        pam_syslog(pamh, LOG_ERR, "session=%s no record: out of memory", record->session);
        return;
    }
    if (session_record_write(SESSION_FOLDER, record, &problem) != VSC_OK)
        pam_syslog(pamh, LOG_ERR, "session=%s no record: %s", record->session, problem.text);
}

int session_open(pam_handle_t *pamh)
{
    struct session_record record;

    if (geteuid() != 0 || token_of(pamh)[0] == '\0')
        return PAM_SUCCESS;
    if (fill(pamh, &record))
        leave(pamh, &record);
    return PAM_SUCCESS;
}

int session_close(pam_handle_t *pamh)
{
    struct problem problem = {.text = ""};
    const void *data = NULL;

    if (geteuid() != 0 || pam_get_data(pamh, SESSION_DATA, &data) != PAM_SUCCESS || data == NULL)
        return PAM_SUCCESS;
    if (session_record_remove(SESSION_FOLDER, data, &problem) != VSC_OK)
        pam_syslog(pamh, LOG_ERR, "session=%s its record stays: %s", (const char *)data,
                   problem.text);
    (void)pam_set_data(pamh, SESSION_DATA, NULL, NULL);
    return PAM_SUCCESS;
}
