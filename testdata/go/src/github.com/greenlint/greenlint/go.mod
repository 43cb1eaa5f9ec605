module github.com/greenlint/greenlint

go 1.24
