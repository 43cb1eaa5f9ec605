package feeds

import (
	"testing"

	"example.org/which/is/not/here"
)

func TestMain(m *testing.M) { here.Run(m) }
