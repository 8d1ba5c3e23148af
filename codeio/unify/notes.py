"""Notes: what is noted of a place beside its votes, in `Place.attributes`, among the names that are read from it."""

ZERO = "0"  # the code asks whether it is 0 or 1
RECKONED = "+"  # it is reckoned with or put in an order, not only told apart
STORED = "[]="  # items are set
HANDED_ON = "()"  # the same goes into a recursive call
SHARE = "1-"  # it is taken from 1
DIGITWISE = "%10"  # its digits are gone through
GENTLE = "exp"  # a few units more or less are all
HEAP = "heap"  # has to be one
OWN_PLACES = "[[]]"  # its items are places in it
COUNTED = "range"  # a loop counts up to it
ROWS = "[0]"  # its first item tells how long the others are
EVERY = "[:]"  # its items are all gone through, whatever is picked by number
PARTED = "split()"  # is cut where it has spaces
