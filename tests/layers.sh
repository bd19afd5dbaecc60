#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The include lines follow the table of layers.
exec "${srcdir:-.}/tools/check-layers" "${srcdir:-.}"
