#!/bin/sh
# Judges the bundled fixtures while every processor is busy: load.sh [TIMES].
# GREENLINT_ENGINE_VENV names the virtual environment to use.
set -eu
cd "$(dirname "$0")/.."
GREENLINT_LOAD=${1:-20} exec go test -run '^TestVerdictsUnderLoad$' -count=1 -timeout=0 -v .
