#!/bin/sh
# The tests of the editors' grammars that need packages of npm, which it installs under build/editors: `make
# editors-check`. What needs no network is tested by `make check` (tests/command/editors_*).
#
#   editors/check.sh           tests
#   editors/check.sh parser    makes editors/tree-sitter-ac/src from its grammar.js
set -eu
cd "$(dirname "$0")/.."
work=$PWD/build/editors
grammar=$PWD/editors/tree-sitter-ac
mkdir -p "$work"

command -v npm >/dev/null || tests/deps.sh npm
# Those that a package would fetch or build besides are not needed.
(cd "$work" && { [ -f package.json ] || npm init -y >/dev/null; } &&
    npm install --silent --no-audit --no-fund --ignore-scripts vscode-tmgrammar-test@0.1.3 tm-grammars@1.25.3 tree-sitter-c@0.23.6)
export NODE_PATH="$work/node_modules" XDG_CACHE_HOME="$work/cache"

# The tool is fetched by its package's install script from where it is released; else the system's is taken.
if command -v tree-sitter >/dev/null; then
    tree_sitter=tree-sitter
else
    (cd "$work" && npm install --silent --no-audit --no-fund tree-sitter-cli@0.22.6) || {
        echo "editors: there is no tree-sitter: please install it, version 0.22.6, by hand"
        exit 1
    }
    tree_sitter=$work/node_modules/.bin/tree-sitter
fi

if [ "${1-}" = parser ]; then
    cd "$grammar"
    "$tree_sitter" generate --no-bindings
    exit
fi

(cd editors/vscode && "$work/node_modules/.bin/vscode-tmgrammar-test" -g "$work/node_modules/tm-grammars/grammars/c.json" \
    -g syntaxes/ac.tmLanguage.json test/words.ac)

# In a copy, so that the parser which is there is not the one that is tested.
rm -rf "$work/tree-sitter-ac"
cp -R "$grammar" "$work"
cd "$work/tree-sitter-ac"
rm -rf src
"$tree_sitter" generate --no-bindings
if [ "$("$tree_sitter" --version | cut -d' ' -f2)" = 0.22.6 ]; then
    cmp src/parser.c "$grammar/src/parser.c" || { echo "editors: run make editors-parser"; exit 1; }
fi
"$tree_sitter" test
