package cpu

import "fmt"

var (
	many = make([]int, 5_000_000)
	text = make([]byte, 5_000_000)
	few  = make([]int, 100)
)

//greenlint:task
func format_bad() string {
	return fmt.Sprintf("%d: %v", 1, many) // want `GL102: .*format_bad .*fmt.Sprintf`
}

//greenlint:task
func print_bad() string {
	return fmt.Sprint(many) // want `GL102: .*print_bad .*fmt.Sprint`
}

//greenlint:task
func format_ok() string {
	return fmt.Sprintf("%s %v", text, few)
}
