"""What running Fundstelle for real needs besides the program: units, wheels, licences, tables."""
