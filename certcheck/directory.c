/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/directory.h"

#include <stdbool.h>
#include <string.h>

/* What a service says, unless it makes no sense. */
static enum directory_result ask_one(struct directory_service *service,
                                     struct directory_query *query)
{
    enum directory_result result = service->ask(service, query);

    if (result != DIRECTORY_FOUND)
        return result;
    if (query->question == DIRECTORY_UID_OF)
        return query->uid != 0 && query->uid != (uid_t)-1 ? DIRECTORY_FOUND : DIRECTORY_NONE;
    return sid_is_of_domain(query->sid) ? DIRECTORY_FOUND : DIRECTORY_NONE;
}

static bool is_same(const struct directory_query *a, const struct directory_query *b)
{
    return a->uid == b->uid && strcmp(a->sid, b->sid) == 0;
}

/* Ask all: two accounts may have one uid when two directories give uids without a common plan. */
static enum directory_result ask_all(struct directory *directory, struct directory_query *query)
{
    const struct directory_query asked = *query;
    bool failed = false, found = false;

    for (size_t i = 0; directory != NULL && i < directory->count; i++) {
        struct directory_query answer = asked;
        enum directory_result result = ask_one(&directory->services[i], &answer);

        failed = failed || result == DIRECTORY_FAILED;
        if (result != DIRECTORY_FOUND)
            continue;
        if (found && !is_same(query, &answer))
            return DIRECTORY_FAILED;
        *query = answer;
        found = true;
    }
    if (found)
        return DIRECTORY_FOUND;
    return failed ? DIRECTORY_FAILED : DIRECTORY_NONE;
}

enum directory_result directory_sid_of(struct directory *directory, uid_t uid, char sid[SID_SIZE])
{
    struct directory_query query = {.question = DIRECTORY_SID_OF, .uid = uid};
    enum directory_result result = ask_all(directory, &query);

    if (result == DIRECTORY_FOUND)
        memcpy(sid, query.sid, SID_SIZE);
    return result;
}

enum directory_result directory_uid_of(struct directory *directory, const char *sid, uid_t *ret_uid)
{
    struct directory_query query = {.question = DIRECTORY_UID_OF};
    enum directory_result result;

    if (!sid_is_of_domain(sid))
        return DIRECTORY_NONE;
    memcpy(query.sid, sid, strlen(sid) + 1);
    result = ask_all(directory, &query);
    if (result == DIRECTORY_FOUND)
        *ret_uid = query.uid;
    return result;
}
