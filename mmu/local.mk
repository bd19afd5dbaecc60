# SPDX-License-Identifier: Apache-2.0
# Translation: stage 1 and stage 2 walks, the architectural TLB, the host micro-TLB.
libhs_la_SOURCES += \
	mmu/mmu.h
