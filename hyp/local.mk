# SPDX-License-Identifier: Apache-2.0
# The switch observer and the embedded world-switch images.
libhs_la_SOURCES += \
	hyp/images.c \
	hyp/images.h \
	hyp/switches.c \
	hyp/switches.h

# --- images: hyp/images/NAME/*.s, linked by NAME.ld to build/hyp/images/NAME.elf and embedded as C ----------------
FIRST_IMAGE = \
	hyp/images/first/boot.s \
	hyp/images/first/guest.s \
	hyp/images/first/hyp.s \
	hyp/images/first/print.s \
	hyp/images/first/switch.s \
	hyp/images/first/tables.s
EXTRA_DIST += $(FIRST_IMAGE) hyp/images/first/defs.s hyp/images/first/first.ld

if WITH_IMAGES
nodist_libhs_la_SOURCES += hyp-image-first.c

hyp/images/%.guest.o: hyp/images/%.s
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(AS_FOR_GUEST) -I $(dir $<) -o $@ $<

hyp/images/first.elf: $(FIRST_IMAGE:.s=.guest.o) hyp/images/first/first.ld
	$(AM_V_GEN)$(LD_FOR_GUEST) -z max-page-size=4096 --build-id=none -T $(srcdir)/hyp/images/first/first.ld -o $@ \
	    $(FIRST_IMAGE:.s=.guest.o)
$(FIRST_IMAGE:.s=.guest.o): hyp/images/first/defs.s

hyp-image-%.c: hyp/images/%.elf tools/gen-blob
	$(AM_V_GEN)tools/gen-blob hyp_image_$* $< $@
CLEANFILES += hyp-image-first.c hyp/images/first.elf $(FIRST_IMAGE:.s=.guest.o)
endif
