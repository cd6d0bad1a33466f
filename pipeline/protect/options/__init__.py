"""The settings of families: each rule and treatment names those that it needs."""
