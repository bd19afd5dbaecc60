/* SPDX-License-Identifier: Apache-2.0 */
/* What kvm-exits.c and the guest that it runs agree on. Used from assembly too. */
#ifndef GUESTS_KVM_EXITS_GUEST_H
#define GUESTS_KVM_EXITS_GUEST_H

#define GUEST_CODE       0x80000000 /* IPA where the guest's code lies and starts */
#define GUEST_CODE_BYTES 0x10000
#define GUEST_MMIO       0x0a000000 /* no memory there: every access leaves to userspace */

#define MMIO_READ  0x00 /* guest reads the next number of a sequence */
#define MMIO_WRITE 0x08 /* guest writes its loop count */
#define MMIO_STOP  0x10 /* guest is done */

#define SMCCC_VERSION 0x80000000 /* a call that KVM answers itself, with 1.1 or newer */

#endif
