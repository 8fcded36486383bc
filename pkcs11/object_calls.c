/* SPDX-License-Identifier: BSD-2-Clause */
/* Objects: their attributes, and searches (PKCS #11 2.40, 5.7). */
#include <stdlib.h>

#include "pkcs11/attributes.h"
#include "pkcs11/module.h"

#define ATTRIBUTES_MAX 256 /* in one call */

/* Private objects are there for a user who is logged in. */
static bool is_visible(const struct token *token, const struct object *object)
{
    return object->class != CKO_PRIVATE_KEY || token->is_logged_in;
}

static const struct object *find_object(const struct token *token, unsigned long handle)
{
    const struct object *object = objects_find(&token->objects, handle);

    return object != NULL && is_visible(token, object) ? object : NULL;
}

static bool is_template(const struct ck_attribute *attributes, unsigned long count)
{
    if (count > ATTRIBUTES_MAX || (attributes == NULL && count > 0))
        return false;
    for (unsigned long i = 0; i < count; i++)
        if (attributes[i].value == NULL && attributes[i].len > 0)
            return false;
    return true;
}

static unsigned long begin_search(struct session *session, const struct ck_attribute *attributes,
                                  unsigned long count)
{
    const struct token *token = session_token(session);

    if (session->is_searching)
        return CKR_OPERATION_ACTIVE;
    if (!is_template(attributes, count))
        return CKR_ARGUMENTS_BAD;
    session->found = calloc(token->objects.count + 1, sizeof(*session->found));
    if (session->found == NULL)
        return CKR_HOST_MEMORY;
    for (size_t i = 0; i < token->objects.count; i++) {
        const struct object *object = &token->objects.list[i];

        if (is_visible(token, object) && attributes_match(object, &token->card, attributes, count))
            session->found[session->found_count++] = object->handle;
    }
    session->is_searching = true;
    return CKR_OK;
}

unsigned long C_FindObjectsInit(unsigned long handle, struct ck_attribute *attributes,
                                unsigned long count)
{
    struct session *session;
    unsigned long rv = module_enter_session(handle, &session);

    return rv == CKR_OK ? module_leave(begin_search(session, attributes, count)) : rv;
}

unsigned long C_FindObjects(unsigned long handle, unsigned long *objects, unsigned long max,
                            unsigned long *count)
{
    struct session *session;
    unsigned long rv = module_enter_session(handle, &session);
    unsigned long given = 0;

    if (rv != CKR_OK)
        return rv;
    if (count == NULL || (objects == NULL && max > 0))
        return module_leave(CKR_ARGUMENTS_BAD);
    if (!session->is_searching)
        return module_leave(CKR_OPERATION_NOT_INITIALIZED);
    while (given < max && session->found_next < session->found_count)
        objects[given++] = session->found[session->found_next++];
    *count = given;
    return module_leave(CKR_OK);
}

unsigned long C_FindObjectsFinal(unsigned long handle)
{
    struct session *session;
    unsigned long rv = module_enter_session(handle, &session);

    if (rv != CKR_OK)
        return rv;
    if (!session->is_searching)
        return module_leave(CKR_OPERATION_NOT_INITIALIZED);
    session_end_search(session);
    return module_leave(CKR_OK);
}

unsigned long C_GetAttributeValue(unsigned long handle, unsigned long object,
                                  struct ck_attribute *attributes, unsigned long count)
{
    struct session *session;
    unsigned long rv = module_enter_session(handle, &session);
    const struct object *found;
    const struct token *token;

    if (rv != CKR_OK)
        return rv;
    if (count > ATTRIBUTES_MAX || (attributes == NULL && count > 0))
        return module_leave(CKR_ARGUMENTS_BAD);
    token = session_token(session);
    found = find_object(token, object);
    if (found == NULL)
        return module_leave(CKR_OBJECT_HANDLE_INVALID);
    return module_leave(attributes_get(found, &token->card, attributes, count));
}

unsigned long C_GetObjectSize(unsigned long handle, unsigned long object, unsigned long *size)
{
    struct session *session;
    unsigned long rv = module_enter_session(handle, &session);

    if (rv != CKR_OK)
        return rv;
    if (size == NULL)
        return module_leave(CKR_ARGUMENTS_BAD);
    if (find_object(session_token(session), object) == NULL)
        return module_leave(CKR_OBJECT_HANDLE_INVALID);
    *size = CK_UNAVAILABLE;
    return module_leave(CKR_OK);
}
