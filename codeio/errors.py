"""Name our own failures.   what went wrong -> one line that says the thing and the mend

CodeioError
├── BadInput     a file, record or source that cannot be used as it is
├── BadParams    a missing, misspelt, mistyped or impossible setting
├── ModelError   a language model, its server or the store of its replies cannot be used
├── Stale        data on disk that is not what dvc.lock says
└── EngineError  the execution engine itself failed; never a verdict about foreign code
"""


class CodeioError(Exception):
    """Base of all errors that codeio raises on purpose; printed as one line, exit code 1."""


class BadInput(CodeioError):
    """A file, record or source cannot be used as it is. The message names it and the mend."""


class BadParams(CodeioError):
    """A setting is missing, misspelt, mistyped or impossible. The message names its path."""


class ModelError(CodeioError):
    """A language model, its server or the store of its replies cannot be used. Replies so far are kept."""


class Stale(CodeioError):
    """Data on disk is not what dvc.lock says. The message holds the command that mends it."""


class EngineError(CodeioError):
    """The execution engine failed, or this machine cannot isolate foreign code as asked."""
