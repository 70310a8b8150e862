#!/bin/sh
# Put the program that lies beside this file into your menu, or take it out again:
#
#   ./install.sh            menu entry, icons, file type and the command `adme-labeler`, for you only
#   ./install.sh --remove   take all of that away; your projects and settings stay
#
# Nothing is copied but those small files: the program stays in this folder.
set -eu

here="$(cd "$(dirname "$0")" && pwd)"
data="${XDG_DATA_HOME:-$HOME/.local/share}"
commands="$HOME/.local/bin"

put() { # put FILE: from share/ beside this file to the same place in your own
    mkdir -p "$data/$(dirname "$1")"
    cp "$here/share/$1" "$data/$1"
}

refresh() {
    command -v update-mime-database >/dev/null && update-mime-database "$data/mime" || true
    command -v update-desktop-database >/dev/null && update-desktop-database "$data/applications" || true
    command -v gtk-update-icon-cache >/dev/null && gtk-update-icon-cache -qtf "$data/icons/hicolor" || true
}

cd "$here/share"
files="$(find applications icons mime -type f)"
if [ "${1:-}" = --remove ]; then
    for file in $files; do rm -f "$data/$file"; done
    if [ -L "$commands/adme-labeler" ]; then rm "$commands/adme-labeler"; fi
    refresh
    echo "ADME labeler is out of your menu. To delete the program, delete the folder $here"
    exit 0
fi
for file in $files; do put "$file"; done
# A path with blanks or other signs stands in quotes in a desktop entry.
quoted="$(printf '%s' "$here/adme-labeler" | sed 's/[\\"`$]/\\\\&/g')"
entry="$data/applications/adme-labeler.desktop"
awk -v program="$quoted" '/^Exec=/ { printf "Exec=\"%s\" %%f\n", program; next } { print }' \
    "$here/share/applications/adme-labeler.desktop" >"$entry"
mkdir -p "$commands"
ln -sfn "$here/adme-labeler" "$commands/adme-labeler"
refresh
echo "ADME labeler is in your menu, and opens .adme files. To take it out: $here/install.sh --remove"
