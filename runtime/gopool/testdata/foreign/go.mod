module example.com/reader.app

go 1.20
