module example.com/tuihub

go 1.24

require (
	github.com/charmbracelet/bubbletea v1.3.10
	github.com/greenlint/greenlint v0.1.0
)

replace (
	github.com/charmbracelet/bubbletea => ../../go/src/github.com/charmbracelet/bubbletea
	github.com/greenlint/greenlint => ../../go/src/github.com/greenlint/greenlint
)
