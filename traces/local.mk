# SPDX-License-Identifier: Apache-2.0
# Event vocabulary and its words for people.
libhs_la_SOURCES += \
	traces/esr.c \
	traces/esr.h \
	traces/exclog.c \
	traces/exclog.h
