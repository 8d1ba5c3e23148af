"""Word: many ways to say one thing, chosen by a seeded generator.   (kind, parts) -> sentence

The sentences are plain claims: the auditor (audit.py) takes them apart again without knowing this table.
"""

from random import Random

BANK: dict[str, tuple[str, ...]] = {
    "start": (
        "We start from {args}.",
        "The call is made with {args}.",
        "Here {args}.",
        "Given {args}, follow the code line by line.",
        "Let us run the function on {args}.",
        "We are told that {args}.",
    ),
    "constant": (
        "Set {name} to {value}.",
        "{name} starts at {value}.",
        "Let {name} be {value}.",
        "Begin with {name} = {value}.",
        "{name} is first {value}.",
        "We put {value} into {name}.",
    ),
    "equation": (
        "{name} becomes {work} = {value}.",
        "Compute {name}: {work} = {value}.",
        "Then {name} is {work}, which gives {value}.",
        "{name} takes the value {work} = {value}.",
        "Working out {work} = {value}, we store it in {name}.",
        "We have {work} = {value}, and that is the new {name}.",
        "For {name} we get {work} = {value}.",
        "This makes {name} equal to {work}, that is {value}.",
    ),
    "becomes": (
        "{name} becomes {value}.",
        "Now {name} is {value}.",
        "{name} turns into {value}.",
        "After this, {name} is {value}.",
        "So {name} is now {value}.",
        "{name} takes the value {value}.",
    ),
    "update": (
        "{name} goes from {old} to {work} = {value}.",
        "{name} was {old}; with {work} = {value} it is now {value}.",
        "Update {name}: {work} = {value}.",
        "{name} moves on to {work} = {value}.",
        "We get {work} = {value} for {name}.",
        "From {old}, {name} changes to {value}, because {work} = {value}.",
        "The new {name} is {work} = {value}.",
    ),
    "append": (
        "Append {item} to {name}, giving {value}.",
        "{item} joins {name}: {value}.",
        "Put {item} at the end of {name}, which is now {value}.",
        "{name} receives {item} and reads {value}.",
        "Adding {item} to the end of {name} makes it {value}.",
    ),
    "extended": (
        "Adding {item} to {name} makes it {value}.",
        "{name} grows by {item} to {value}.",
        "Attach {item} to {name}: {value}.",
        "{name} is extended by {item} and is now {value}.",
        "With {item} at its end, {name} is {value}.",
        "We add {item}, so {name} reads {value}.",
    ),
    "several": (
        "Together, {parts}.",
        "At once {parts}.",
        "Now {parts}.",
        "This sets them: {parts}.",
        "In one step {parts}.",
    ),
    "changed": (
        "This changes {name} to {value}.",
        "As a result, {name} is {value}.",
        "Now {name} reads {value}.",
        "That leaves {name} as {value}.",
        "{name} is {value} after this step.",
    ),
    "stored": (
        "Store {item} under {key} in {name}, so {name} is {value}.",
        "The entry of {name} at {key} becomes {item}; {name} is now {value}.",
        "Writing {item} to {name} at {key} gives {value}.",
        "Set {name} at {key} to {item}: {value}.",
    ),
    "if_true": (
        "{clause}, so this branch runs.",
        "Since {clause}, we enter the branch.",
        "{clause}, and the condition holds.",
        "The test is met: {clause}.",
        "Because {clause}, the body of the if is executed.",
        "Does the branch run? Yes, {clause}.",
        "As {clause}, we go in.",
    ),
    "if_false": (
        "{clause}, so this branch is skipped.",
        "Since {clause}, nothing happens here.",
        "{clause}, and the condition fails.",
        "The test is not met: {clause}.",
        "Because {clause}, we pass over the body of the if.",
        "Does the branch run? No, {clause}.",
        "As {clause}, we move past it.",
    ),
    "if_else": (
        "{clause}, so the else part applies.",
        "Since {clause}, we take the other branch.",
        "{clause}, and so the alternative is used.",
        "The test is not met, as {clause}; the else part is next.",
        "Because {clause}, we turn to the else part.",
    ),
    "untold_true": (
        "The condition {test} holds, so this branch runs.",
        "Now {test} is true, and we enter the branch.",
        "As {test} holds here, we go in.",
    ),
    "untold_false": (
        "The condition {test} does not hold, so this branch is skipped.",
        "Now {test} is not true, and we move past the branch.",
        "As {test} does not hold here, nothing happens.",
    ),
    "untold_else": (
        "The condition {test} does not hold, so the else part applies.",
        "Now {test} is not true, and we take the other branch.",
        "As {test} does not hold here, the alternative is used.",
    ),
    "on_true": (
        "{test} holds, so the loop runs again.",
        "While {test} holds, the loop goes on.",
        "One more round, as {test} still holds.",
    ),
    "on_false": ("{test} no longer holds, so the loop ends.", "The loop is over, as {test} does not hold any more."),
    "chosen": (
        "{clause}, so {work} counts.",
        "Since {clause}, we take {work}.",
        "As {clause}, it is {work} that counts.",
    ),
    "while_true": (
        "{clause}, so the loop runs again.",
        "Since {clause}, another round follows.",
        "{clause}, so we stay in the loop.",
        "The loop condition holds: {clause}.",
        "As {clause}, we do one more round.",
    ),
    "while_false": (
        "{clause}, so the loop ends.",
        "Since {clause}, the loop is over.",
        "{clause}, so we leave the loop.",
        "The loop stops, because {clause}.",
    ),
    "round": (
        "With {target}:",
        "Take {target}.",
        "Next, {target}.",
        "Round {number}, {target}:",
        "Now {target}.",
        "For {target}:",
    ),
    "again": ("Round {number}.", "Another round begins.", "The body runs (round {number}).", "Once more:"),
    "over": (
        "Go through {source}, one by one.",
        "The loop visits {source}.",
        "We walk over {source}.",
        "Loop over {source}.",
        "The next loop takes its values from {source}.",
    ),
    "never": (
        "There is nothing to loop over.",
        "The loop body never runs.",
        "The loop has no round at all.",
        "Nothing to visit, so the loop is skipped.",
    ),
    "done": ("The loop is finished.", "That was the last round.", "All items are done.", "No item is left."),
    "middle": (
        "Rounds {first} to {last} in short: {rows}.",
        "The rounds from {first} to {last} as a table: {rows}.",
        "From round {first} to round {last}: {rows}.",
        "Of rounds {first} to {last} only the results: {rows}.",
    ),
    "skipped_rounds": (
        "The loop `{head}` does {rounds} further rounds in the same way, {lines} lines in all{left}.",
        "So it goes on: `{head}` makes {rounds} rounds that are not written out ({lines} lines){left}.",
        "We do not write out the next {rounds} rounds of `{head}`, {lines} lines in all{left}.",
        "Another {rounds} rounds of `{head}` follow, {lines} lines that are not told one by one{left}.",
    ),
    "skipped": (
        "Now {lines} lines of the same kind run that are not told one by one{left}.",
        "The next {lines} lines are left out here{left}.",
        "We pass over {lines} lines that repeat what was shown{left}.",
        "There follow {lines} lines that are not written out{left}.",
    ),
    "call": (
        "To find {call}:",
        "We need {call}.",
        "First work out {call}.",
        "Now follow the call {call}.",
        "Look inside {call}.",
    ),
    "called": (
        "{call} returns {value}.",
        "The call {call} gives {value}.",
        "So {call} is {value}.",
        "{call} comes back with {value}.",
    ),
    "made": (
        "{values} stands for {value}.",
        "From {values} we get {value}.",
        "{values} is read as {value}.",
    ),
    "ended": ("{call} is done.", "That was {call}.", "With that, {call} ends.", "{call} has come to its end."),
    "return": (
        "Return {work}, which is {value}.",
        "The result here is {work} = {value}.",
        "We return {work} = {value}.",
        "It returns {work}, that is {value}.",
    ),
    "return_value": (
        "Return {value}.",
        "The result here is {value}.",
        "It returns {value}.",
        "{value} is returned.",
    ),
    "break": ("Leave the loop here.", "The loop is left early.", "Stop looping.", "A break ends the loop."),
    "continue": ("Go on to the next round.", "The rest of this round is skipped.", "Move to the next item."),
    "error": ("This raises {error}.", "Here {error} is raised.", "An exception is raised: {error}."),
    "raised": (
        "{work} fails with {error}.",
        "Evaluating {work} raises {error}.",
        "At {work} an exception comes up: {error}.",
    ),
    "caught": ("It is caught.", "The handler takes over.", "The exception is caught, and we go on there."),
    "assert": (
        "The assertion holds: {clause}.",
        "The check passes, as {clause}.",
        "{clause}, as the assertion demands.",
    ),
    "object": (
        "{name} is set to {work}, {value}.",
        "Let {name} be {work}, {value}.",
        "{name} now stands for {work}, {value}.",
        "{name} refers to {work}, {value}.",
    ),
    "print": (
        "Print {value}.",
        "The next printed line: {value}.",
        "This prints {value}.",
        "Written out: {value}.",
    ),
    "effect": ("Carry out {work}.", "Next comes {work}.", "Then {work} is called."),
    "method": (
        "After {work}, {name} is {value}.",
        "{work} leaves {name} as {value}.",
        "Calling {work} makes {name} {value}.",
        "With {work}, {name} turns into {value}.",
    ),
    "end": (
        "So the answer is {value}.",
        "Hence the function returns {value}.",
        "The final result is {value}.",
        "Therefore the output is {value}.",
        "Altogether the function gives {value}.",
    ),
    "wanted": (
        "We look for an input that makes {entry} return {value}.",
        "Which arguments lead to {value}? Let us search.",
        "The result has to be {value}; we need arguments of {entry} that produce it.",
        "Working backwards from {value}, we try some inputs.",
    ),
    "probe": (
        "Trying {args} gives {value}, {verdict}.",
        "With {args} the result would be {value}, {verdict}.",
        "The guess {args} leads to {value}, {verdict}.",
        "{args} is not it: the function returns {value}, {verdict}.",
    ),
    "guess": (
        "Try {args} and check it step by step.",
        "Let us test {args}.",
        "A candidate is {args}. Run it forward.",
        "Consider {args} and follow the code.",
        "A natural attempt is {args}; here is the check.",
    ),
    "next_guess": (
        "Now try {args} and check it step by step.",
        "Let us test {args} instead.",
        "Next candidate: {args}. Run it forward.",
        "Change that to {args} and follow the code.",
        "Another attempt is {args}; here is the check.",
    ),
    "next_change": (
        "Change {change} and follow the code again.",
        "Keep the rest and change {change}; here is the check.",
        "Now change {change}. Run it forward.",
        "What if we change {change}? Check it step by step.",
    ),
    "only_line": (
        "Only `{work}` gives that, so the run has to come there.",
        "The one line that can give it is `{work}`.",
        "Every return is a constant, and `{work}` is the one we need.",
    ),
    "hit": (
        "The check ends with {value}, exactly what was asked for.",
        "This gives {value}, as required.",
        "The function returns {value}, so this input works.",
        "We arrive at {value}, the wanted result.",
    ),
}  # fmt: skip


class Voice:
    """Sentences in the words of one seed."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def __call__(self, kind: str, **parts: str) -> str:
        """One sentence of `kind`."""
        return self.random.choice(BANK[kind]).format(**parts)

    def among(self, *options: str) -> str:
        return self.random.choice(options)
