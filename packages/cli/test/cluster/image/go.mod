module repository-operator

go 1.24
