/* SPDX-License-Identifier: BSD-2-Clause */
/* What building and reading of crl_index.h share. */
#ifndef VSC_CERTCHECK_CRL_INDEX_PARTS_H
#define VSC_CERTCHECK_CRL_INDEX_PARTS_H

#include "certcheck/crl_index.h"

#define CRL_INDEX_MAGIC       "VSCCRLIX"
#define CRL_INDEX_MAGIC_LEN   8
#define CRL_INDEX_PREFIX_LEN  16 /* magic, version, length of the head */
#define CRL_INDEX_STRANGE     1U /* flag */
#define CRL_INDEX_ORDERED     28 /* bytes of a record that it is sorted by: serial number, issuer */
#define CRL_INDEX_RECORDS_LEN (CRL_INDEX_PER_BLOCK * CRL_INDEX_RECORD)
#define CRL_INDEX_NO_ISSUER   UINT32_MAX /* in a record: the issuer cannot be read */

/* Blocks, and all bytes after the head, of so many entries. */
uint32_t crl_index_blocks(uint32_t entries);
size_t crl_index_body_len(uint32_t entries);
/* Records in a block. */
uint32_t crl_index_in_block(uint32_t entries, uint32_t block);
must_check enum vsc_err crl_index_block_digest(const unsigned char head[CRL_INDEX_SHA256],
                                               uint32_t block, const unsigned char *records,
                                               size_t len,
                                               unsigned char ret_digest[CRL_INDEX_SHA256]);

#endif
