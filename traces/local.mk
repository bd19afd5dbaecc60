# SPDX-License-Identifier: Apache-2.0
# Event vocabulary and its words for people; trace files.
libhs_la_SOURCES += \
	traces/codec.c \
	traces/codec.h \
	traces/esr.c \
	traces/esr.h \
	traces/exclog.c \
	traces/exclog.h \
	traces/file.h \
	traces/kinds.c \
	traces/kinds.h \
	traces/model.c \
	traces/model.h \
	traces/reader.c \
	traces/reader.h \
	traces/trace.h \
	traces/writer.c \
	traces/writer.h

EXTRA_DIST += traces/golden
