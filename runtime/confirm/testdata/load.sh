#!/bin/sh
# Judges the bundled fixtures while every processor is busy: load.sh [TIMES].
# GREENLINT_ENGINE_VENV names the virtual environment to use.
set -eu
cd "$(dirname "$0")/.."
busy=
trap 'kill $busy' EXIT
trap 'exit 1' HUP INT TERM
for _ in $(seq $((2 * $(getconf _NPROCESSORS_ONLN)))); do
	sh -c 'while :; do :; done' &
	busy="$busy $!"
done
GREENLINT_LOAD=${1:-20} go test -run '^TestVerdictsUnderLoad$' -count=1 -timeout=0 -v .
