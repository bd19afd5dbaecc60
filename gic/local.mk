# SPDX-License-Identifier: Apache-2.0
# GICv3: distributor, redistributors, physical and virtual CPU interfaces.
