# SPDX-License-Identifier: Apache-2.0
# Event vocabulary and its words for people.
