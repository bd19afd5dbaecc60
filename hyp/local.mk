# SPDX-License-Identifier: Apache-2.0
# The switch observer and the embedded world-switch images.
libhs_la_SOURCES += \
	hyp/diff.c \
	hyp/diff.h \
	hyp/diff-int.h \
	hyp/diff-same.c \
	hyp/dump.c \
	hyp/dump.h \
	hyp/explain.c \
	hyp/explain.h \
	hyp/explain-int.h \
	hyp/explain-text.c \
	hyp/export.c \
	hyp/export.h \
	hyp/export-chrome.c \
	hyp/export-int.h \
	hyp/export-kvm.c \
	hyp/export-tarmac.c \
	hyp/export-vcd.c \
	hyp/filter.c \
	hyp/filter.h \
	hyp/images.c \
	hyp/images.h \
	hyp/phases.c \
	hyp/phases.h \
	hyp/phases-int.h \
	hyp/phases-text.c \
	hyp/switches.c \
	hyp/switches.h \
	hyp/text.c \
	hyp/text.h \
	hyp/windows.c \
	hyp/windows.h \
	hyp/windows-int.h \
	hyp/windows-text.c

# --- images ---------------------------------------------------------------------------------------------------------
# hyp/images/NAME/*.s and what it wants of hyp/images/lib, linked to build/hyp/images/NAME.elf and embedded as C.
# To add one: its name in hyp_images, its list of files, the line with its ELF; then a row in hyp/images.c.
hyp_images = first hyp2011 kvm414 kvm56 kvmflow nvhe vhe
hyp_image_inc = hyp/images/lib/defs.s hyp/images/lib/context.s hyp/images/lib/guest-macros.s hyp/images/lib/vhe-macros.s hyp/images/lib/window.s
hyp_image_s =

hyp_lib = \
	hyp/images/lib/el2.s \
	hyp/images/lib/fp.s \
	hyp/images/lib/gic.s \
	hyp/images/lib/guest.s \
	hyp/images/lib/power.s \
	hyp/images/lib/print.s
hyp_image_s += $(hyp_lib) hyp/images/lib/tables.s

first_s = $(hyp_lib) \
	hyp/images/lib/tables.s \
	hyp/images/first/boot.s \
	hyp/images/first/guest.s \
	hyp/images/first/hyp.s \
	hyp/images/first/switch.s
hyp/images/first.elf: $(first_s:.s=.guest.o)
hyp_image_s += $(first_s)
hyp_image_inc += hyp/images/first/vcpu.s

# kvm414 and kvm56 have the host, the guest and the run in common; vhe has the same host program, at EL2
kvm_common_s = \
	hyp/images/kvm-common/boot.s \
	hyp/images/kvm-common/guest.s \
	hyp/images/kvm-common/host.s \
	hyp/images/kvm-common/host-el1.s \
	hyp/images/kvm-common/run.s
hyp_image_s += $(kvm_common_s)
hyp_image_inc += hyp/images/kvm-common/kvm.s hyp/images/kvm-common/host-macros.s hyp/images/kvm-common/vectors-macros.s

kvm414_s = $(hyp_lib) $(kvm_common_s) \
	hyp/images/lib/tables.s \
	hyp/images/kvm414/entry.s \
	hyp/images/kvm414/vectors.s
hyp/images/kvm414.elf: $(kvm414_s:.s=.guest.o)
hyp_image_s += $(kvm414_s)

# A host at EL1 that the images share in which EL2 is only called
el1host_s = \
	hyp/images/el1host/guest.s \
	hyp/images/el1host/host.s
hyp_image_s += $(el1host_s)
hyp_image_inc += hyp/images/el1host/el1host.s

hyp2011_s = $(hyp_lib) $(el1host_s) \
	hyp/images/lib/tables.s \
	hyp/images/hyp2011/boot.s \
	hyp/images/hyp2011/host.s \
	hyp/images/hyp2011/switch.s
hyp/images/hyp2011.elf: $(hyp2011_s:.s=.guest.o)
hyp_image_s += $(hyp2011_s)

kvmflow_s = $(hyp_lib) \
	hyp/images/el1host/guest.s \
	hyp/images/kvmflow/boot.s \
	hyp/images/kvmflow/kernel.s \
	hyp/images/kvmflow/program.s \
	hyp/images/kvmflow/switch.s
hyp/images/kvmflow.elf: $(kvmflow_s:.s=.guest.o)
hyp_image_s += $(kvmflow_s)
hyp_image_inc += hyp/images/kvmflow/flow.s hyp/images/kvmflow/vcpu.s

nvhe_s = $(hyp_lib) $(el1host_s) \
	hyp/images/lib/tables.s \
	hyp/images/nvhe/boot.s \
	hyp/images/nvhe/entry.s \
	hyp/images/nvhe/host.s \
	hyp/images/nvhe/switch.s
hyp/images/nvhe.elf: $(nvhe_s:.s=.guest.o)
hyp_image_s += $(nvhe_s)
hyp_image_inc += hyp/images/nvhe/nvhe.s

kvm56_s = $(hyp_lib) $(kvm_common_s) \
	hyp/images/lib/tables.s \
	hyp/images/kvm56/entry.s \
	hyp/images/kvm56/pauth.s \
	hyp/images/kvm56/vectors.s
hyp/images/kvm56.elf: $(kvm56_s:.s=.guest.o)
hyp_image_s += $(kvm56_s)

vhe_s = $(hyp_lib) \
	hyp/images/lib/tables.s \
	hyp/images/kvm-common/guest.s \
	hyp/images/kvm-common/host.s \
	hyp/images/kvm56/entry.s \
	hyp/images/vhe/boot.s \
	hyp/images/vhe/host-el2.s \
	hyp/images/vhe/switch.s \
	hyp/images/vhe/vectors.s
hyp/images/vhe.elf: $(vhe_s:.s=.guest.o)
hyp_image_s += $(vhe_s)
hyp_image_inc += hyp/images/vhe/vhe.s

EXTRA_DIST += $(hyp_image_s) $(hyp_image_inc) hyp/images/lib/image.ld

if WITH_IMAGES
nodist_libhs_la_SOURCES += hyp-images-data.c

hyp/images/%.guest.o: hyp/images/%.s
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(AS_FOR_GUEST) -I $(srcdir)/hyp/images/lib -I $(srcdir)/hyp/images/el1host \
	    -I $(srcdir)/hyp/images/kvm-common -I $(dir $<) -o $@ $<
$(sort $(hyp_image_s:.s=.guest.o)): $(hyp_image_inc)

hyp/images/%.elf: hyp/images/lib/image.ld
	$(AM_V_GEN)$(LD_FOR_GUEST) -z max-page-size=4096 --build-id=none -T $(srcdir)/hyp/images/lib/image.ld -o $@ \
	    $(sort $(filter %.o,$^))

hyp-images-data.c: $(hyp_images:%=hyp/images/%.elf) tools/gen-blob
	$(AM_V_GEN)rm -f $@ && for i in $(hyp_images); do \
	    tools/gen-blob hyp_image_$$i hyp/images/$$i.elf $@.1 && cat $@.1 >>$@ || exit 1; done; rm -f $@.1
CLEANFILES += hyp-images-data.c hyp-images-data.c.1 $(hyp_images:%=hyp/images/%.elf) $(hyp_image_s:.s=.guest.o)
endif
