"""The words of the program as plain data. No input or output, no third-party import."""
