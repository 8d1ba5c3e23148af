"""Answer: teachers that respond to problems.   Problem ... -> Sample ..."""
