# fish completion of greenlint: greenlint completion fish | source
function __greenlint_words
    set -l before (commandline -opc)
    set -l current (commandline -ct)
    $before[1] completion words "--current=$current" -- $before[2..-1] 2>/dev/null
end
complete -c greenlint -k -a '(__greenlint_words)'
