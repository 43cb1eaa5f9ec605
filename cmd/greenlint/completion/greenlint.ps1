# PowerShell completion of greenlint: greenlint completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName greenlint -ScriptBlock {
    param($current, $line, $cursor)
    $before = @($line.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursor } | ForEach-Object { $_.ToString() })
    $rest = @($before | Select-Object -Skip 1)
    & $before[0] completion words "--current=$current" -- @rest 2>$null | ForEach-Object {
        $word, $usage = $_ -split "`t", 2
        if (-not $usage) { $usage = $word }
        [System.Management.Automation.CompletionResult]::new($word, $word, 'ParameterValue', $usage)
    }
}
