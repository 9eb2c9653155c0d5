module sitegen

go 1.26
