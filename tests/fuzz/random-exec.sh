#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Random code at each Exception level, in both instances of the core: no crash, equal states. The long run is by hand:
#   configure --enable-asan --enable-ubsan && make && tests/fuzz/random-exec --insns 10000000
set -e
unset HYPSCOPE_COVER # what random code reaches, nothing asserts
run=${top_builddir:-.}/tests/fuzz/random-exec
"$run" --insns 150000 --compare --seed "${HYPSCOPE_SEED:-1}"
"$run" --insns 50000 --compare --smp 3 --model neoverse-n1 --seed "${HYPSCOPE_SEED:-1}"
"$run" --insns 50000 --compare --model cortex-a72 --seed "${HYPSCOPE_SEED:-1}"
"$run" --insns 30000 --compare --sequences --seed "${HYPSCOPE_SEED:-1}"
