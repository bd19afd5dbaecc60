#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The tables of doc/timing.md are those of the parameter files.
exec "${srcdir:-.}/tools/timing-doc" --check
