# SPDX-License-Identifier: Apache-2.0
# The switch observer and the embedded world-switch images.
libhs_la_SOURCES += \
	hyp/switches.c \
	hyp/switches.h
