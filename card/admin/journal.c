/* SPDX-License-Identifier: BSD-2-Clause */
/* The intent of a creation, and what is done about one that did not end. */
#include "card/admin/journal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "card/admin/hierarchy.h"
#include "card/owner/remove.h"
#include "card/tpm/marshal.h"
#include "card/tpm/policy.h"
#include "common/io.h"
#include "common/own.h"

#define INTENT_FORMAT   1
#define INTENT_FILE_MAX 4096

DEFINE_AUTO(DIR, closedir)

enum vsc_err journal_add(struct journal *journal, const TPMS_NV_PUBLIC *area,
                         struct problem *problem)
{
    auto_buf struct buf content;
    enum vsc_err err;

    if (journal->count == JOURNAL_MAX)
        return problem_set(problem, VSC_TPM, "no free NV handle found");
    journal->areas[journal->count++].nvPublic = *area;
    buf_init(&content, INTENT_FILE_MAX);
    buf_u32(&content, INTENT_FORMAT);
    buf_u32(&content, (uint32_t)journal->count);
    for (size_t i = 0; i < journal->count; i++)
        put_TPM2B_NV_PUBLIC(&content, &journal->areas[i]);
    err = buf_status(&content);
    if (err == VSC_OK)
        err = io_write_at(journal->folder, JOURNAL_INTENT, content.data, content.len, 0600);
    if (err != VSC_OK)
        return problem_set(problem, err, "%s: %s", JOURNAL_INTENT, strerror(errno));
    return VSC_OK;
}

/* The indices of an intent. A file that is not there (or cut short by a full disk before the first
 * index was defined) names none. */
static void journal_read(struct journal *journal)
{
    auto_buf struct buf content;
    struct reader reader;
    uint32_t count;

    journal->count = 0;
    buf_init(&content, INTENT_FILE_MAX);
    if (io_read_at(journal->folder, JOURNAL_INTENT, INTENT_FILE_MAX, &content) != VSC_OK)
        return;
    reader_init(&reader, content.data, content.len);
    if (reader_u32(&reader) != INTENT_FORMAT)
        return;
    count = reader_u32(&reader);
    while (journal->count < count && journal->count < JOURNAL_MAX) {
        get_TPM2B_NV_PUBLIC(&reader, &journal->areas[journal->count]);
        if (reader.fault)
            return;
        journal->count++;
    }
}

static bool is_area(const TPM2B_NAME *found, TPMS_NV_PUBLIC area)
{
    TPM2B_NAME name;

    area.attributes &= ~TPMA_NV_WRITTEN;
    for (int written = 0; written < 2; written++) {
        if (name_of_index(&area, &name) == VSC_OK && name.size == found->size &&
            memcmp(name.name, found->name, name.size) == 0)
            return true;
        area.attributes |= TPMA_NV_WRITTEN;
    }
    return false;
}

/* That an index is not there is believed when the list of handles says so too: what is taken for
 * gone is written down nowhere any more. */
static enum vsc_err check_absent(struct tpm *tpm, TPM2_HANDLE at, struct problem *problem)
{
    TPMS_CAPABILITY_DATA *data = NULL;
    TPMI_YES_NO more;
    bool listed;
    TSS2_RC rc = Esys_GetCapability(tpm->esys, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE,
                                    TPM2_CAP_HANDLES, at, 1, &more, &data);

    if (rc != TSS2_RC_SUCCESS)
        return tpm_status(tpm, rc, "TPM2_GetCapability", problem);
    listed = data->data.handles.count > 0 && data->data.handles.handle[0] == at;
    Esys_Free(data);
    if (listed)
        return problem_set(problem, VSC_TPM, "the TPM contradicts itself about NV index 0x%X", at);
    return VSC_OK;
}

enum vsc_err index_undefine(struct change *change, ESYS_TR index, struct problem *problem)
{
    ESYS_TR owner = ESYS_TR_NONE;
    enum vsc_err err = hierarchy_session(change, &owner, problem);
    TSS2_RC rc;

    if (err == VSC_OK) {
        rc = Esys_NV_UndefineSpace(change->tpm.esys, ESYS_TR_RH_OWNER, index, owner, ESYS_TR_NONE,
                                   ESYS_TR_NONE);
        hierarchy_session_end(change, &owner);
        err = hierarchy_status(change, rc, "TPM2_NV_UndefineSpace", problem);
    }
    if (err != VSC_OK)
        tpm_release(&change->tpm, &index);
    return err;
}

enum vsc_err index_remove(struct change *change, const TPMS_NV_PUBLIC *area,
                          struct problem *problem)
{
    ESYS_TR index = ESYS_TR_NONE;
    TPM2B_NAME *found = NULL;
    enum vsc_err err;
    TSS2_RC rc;
    bool ours;

    err = change_tpm(change, problem);
    if (err != VSC_OK)
        return err;
    rc = Esys_TR_FromTPMPublic(change->tpm.esys, area->nvIndex, ESYS_TR_NONE, ESYS_TR_NONE,
                               ESYS_TR_NONE, &index);
    if (tpm_base_code(rc) == TPM2_RC_HANDLE)
        return check_absent(&change->tpm, area->nvIndex, problem);
    if (rc != TSS2_RC_SUCCESS)
        return tpm_status(&change->tpm, rc, "TPM2_NV_ReadPublic", problem);
    rc = Esys_TR_GetName(change->tpm.esys, index, &found);
    ours = rc == TSS2_RC_SUCCESS && is_area(found, *area);
    Esys_Free(found);
    if (ours)
        return index_undefine(change, index, problem);
    tpm_release(&change->tpm, &index);
    return rc == TSS2_RC_SUCCESS ? VSC_OK
                                 : tpm_status(&change->tpm, rc, "Esys_TR_GetName", problem);
}

/* The indices of the card itself, where its objects were written already. */
static enum vsc_err remove_pinned(struct change *change, int folder, struct problem *problem)
{
    struct objects objects;
    enum vsc_err err = VSC_OK;

    if (store_read_objects(folder, &objects, NULL) != VSC_OK || objects.kind != GATE_INDEX)
        return VSC_OK;
    /* P first: what A protects must not outlive it. */
    err = index_remove(change, &objects.pin.area.nvPublic, problem);
    if (err == VSC_OK && objects.has_puk)
        err = index_remove(change, &objects.puk.area.nvPublic, problem);
    if (err == VSC_OK)
        err = index_remove(change, &objects.admin.area.nvPublic, problem);
    return err;
}

enum vsc_err journal_discard(struct change *change, const char *name, struct problem *problem)
{
    auto_fd int folder =
        openat(change->cards, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    struct journal journal = {.folder = folder};
    enum vsc_err err;

    if (folder < 0)
        return errno == ENOENT ? VSC_OK
                               : problem_set(problem, VSC_SYSTEM, "%s: %s", name, strerror(errno));
    journal_read(&journal);
    err = remove_pinned(change, folder, problem);
    for (size_t i = 0; err == VSC_OK && i < journal.count; i++)
        err = index_remove(change, &journal.areas[i].nvPublic, problem);
    if (err != VSC_OK)
        return err;
    return remove_card_folder(change->cards, name, problem);
}

static bool is_leftover(const char *name)
{
    return (strncmp(name, JOURNAL_NEW, strlen(JOURNAL_NEW)) == 0 ||
            strncmp(name, JOURNAL_DEL, strlen(JOURNAL_DEL)) == 0) &&
           store_is_card_id(name + strlen(JOURNAL_NEW));
}

bool journal_has_leftovers(int cards)
{
    auto_fd int fd = openat(cards, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    auto_by(closedir) DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    const struct dirent *entry;

    if (dir == NULL)
        return false;
    (void)take_fd(fd);
    while ((entry = readdir(dir)) != NULL)
        if (is_leftover(entry->d_name))
            return true;
    return false;
}

void journal_recover(struct change *change, struct problem *leftover)
{
    auto_fd int fd = openat(change->cards, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    auto_by(closedir) DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    const struct dirent *entry;

    if (dir == NULL)
        return;
    (void)take_fd(fd);
    while ((entry = readdir(dir)) != NULL) {
        enum vsc_err err = VSC_OK;

        if (is_leftover(entry->d_name))
            err = journal_discard(change, entry->d_name, leftover);
        else if (store_is_card_id(entry->d_name))
            remove_temporary(change->cards, entry->d_name);
        if (err == VSC_MEMORY)
            return;
    }
}
