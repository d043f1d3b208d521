#!/usr/bin/env bash
# Plants a wrong include in a copy of the tree: the check must find it.
set -euo pipefail
source=$1
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
for folder in model config fetcher parser store publisher server; do
  mkdir "$copy/$folder"
  cp "$source/$folder"/*.hpp "$source/$folder"/CMakeLists.txt "$copy/$folder/"
done
python3 "$source/tests/architecture/arrows.py" "$copy" >/dev/null
echo '#include "store/store.hpp"' >>"$copy/parser/parser.hpp"
if python3 "$source/tests/architecture/arrows.py" "$copy"; then
  echo "the planted include was not found" >&2
  exit 1
fi
