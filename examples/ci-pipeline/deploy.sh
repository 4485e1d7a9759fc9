#!/usr/bin/env sh
# Deploys a folder of manifests from a pipeline: looks first, holds on through what passes by itself, looks again.
# Takes any tool in the place of kubectl; exit codes are the tools' own.
#
#     deploy.sh MANIFESTS [FLAG OF kubectl apply ...]
set -eu
manifests=$1
shift

# Is the way to the cluster sound, and may this job do what it is about to do?
holdfast check --pre -o short

# A permanent error ends the job at once with kubectl's exit code; a certificate vacuum is waited out.
holdfast retry --retry-deadline 10m --report deployment.html -- \
  kubectl apply --server-side -f "$manifests" "$@"

# What is broken fails the job. What will break is printed: a certificate that ends in the next two weeks, say.
holdfast check -o short --warn-before 14d
