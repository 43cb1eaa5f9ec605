package cpu

// grow_ok goes through what it makes longer: how often, nobody can say.
//
//greenlint:task
func grow_ok() (out []int) {
	list := []int{1}
	for i := 0; i < len(list); i++ {
		if list[i] < 10 {
			list = append(list, list[i]+1)
		}
		out = append(out, list...)
	}
	return out
}

// itself_ok returns its named result as it is, and nothing else sets it.
//
//greenlint:task
func itself_ok() (n int) {
	defer func() { _ = recover() }()
	for i := 0; i < n; i++ {
		_ = i
	}
	return n
}
