"""Which words a text has that an operator does not want: folding, finding, and the file they are read
from."""
