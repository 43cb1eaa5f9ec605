#compdef greenlint
# zsh completion of greenlint: source <(greenlint completion zsh), after compinit
_greenlint() {
  local line tab=$'\t'
  local -a found
  "${words[1]}" completion words "--current=${words[CURRENT]}" -- "${(@)words[2,CURRENT-1]}" 2>/dev/null | while IFS= read -r line; do
    line=${line//:/\\:}
    found+=("${line/$tab/:}")
  done
  if (( $#found )); then
    _describe greenlint found
  else
    _files
  fi
}
compdef _greenlint greenlint
