/* SPDX-License-Identifier: BSD-2-Clause */
#include "pkcs11/lock.h"

#include <pthread.h>
#include <stdbool.h>

static pthread_mutex_t own = PTHREAD_MUTEX_INITIALIZER;

static struct {
    bool in_use;
    struct ck_initialize_args by;
    void *mutex;
} lent;

static int functions_in(const struct ck_initialize_args *args)
{
    return (args->create_mutex != NULL) + (args->destroy_mutex != NULL) +
           (args->lock_mutex != NULL) + (args->unlock_mutex != NULL);
}

unsigned long lock_choose(const struct ck_initialize_args *args)
{
    unsigned long rv;

    if (args == NULL)
        return CKR_OK;
    if (args->reserved != NULL || (functions_in(args) != 0 && functions_in(args) != 4))
        return CKR_ARGUMENTS_BAD;
    if (functions_in(args) == 0 || (args->flags & CKF_OS_LOCKING_OK) != 0)
        return CKR_OK;
    rv = args->create_mutex(&lent.mutex);
    if (rv != CKR_OK)
        return rv;
    lent.by = *args;
    lent.in_use = true;
    return CKR_OK;
}

void lock_take(void)
{
    if (lent.in_use)
        (void)lent.by.lock_mutex(lent.mutex);
    else
        (void)pthread_mutex_lock(&own);
}

void lock_release(void)
{
    if (lent.in_use)
        (void)lent.by.unlock_mutex(lent.mutex);
    else
        (void)pthread_mutex_unlock(&own);
}

void lock_return(void)
{
    if (!lent.in_use)
        return;
    lent.in_use = false;
    (void)lent.by.destroy_mutex(lent.mutex);
}

void lock_reset(void)
{
    lent.in_use = false;
    own = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
}
