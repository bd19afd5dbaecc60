# SPDX-License-Identifier: Apache-2.0
# Translation: stage 1 and stage 2 walks, attributes, permissions, the architectural TLB.
libhs_la_SOURCES += \
	mmu/attr.c \
	mmu/desc.c \
	mmu/mmu.h \
	mmu/params.c \
	mmu/perm.c \
	mmu/s2tlb.c \
	mmu/stage1.c \
	mmu/stage2.c \
	mmu/tlb.c \
	mmu/tlb.h \
	mmu/translate.c \
	mmu/walk.h
