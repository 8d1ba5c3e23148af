"""Plan: a candidate with its code, evidence and guesses, ready to be tried.   Source -> Plan ... | Dropped"""

import ast
import heapq
import itertools
from collections.abc import Iterator
from pathlib import PurePosixPath

import msgspec
from msgspec.structs import replace

from codeio.records import Dropped, Source
from codeio.settings import Unify
from codeio.unify import candidates as found
from codeio.unify import (
    evidence,
    kinds,
    lift,
    literals,
    meaning,
    notes,
    operations,
    repair,
    siblings,
    state,
    usage,
    wrap,
)
from codeio.unify.candidates import Candidate
from codeio.unify.evidence import Calls, Evidence, Parameter
from codeio.unify.harvest import Seen
from codeio.unify.inputs import Guess
from codeio.unify.kinds import Kind
from codeio.unify.literals import Material
from codeio.unify.module import Closure, Module
from codeio.unify.objects import Objects
from codeio.unify.order import order
from codeio.unify.places import attributes
from codeio.unify.wrap import Wrapping
from codeio.walk import walk

OPERATIONS = "operations"
REMEMBERING = {"append", "add", "extend", "update", "setdefault", notes.STORED}


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """All that a trial and the finished Function need of one candidate."""

    source: Source
    candidate: Candidate
    wrapping: Wrapping
    closure: Closure
    evidence: Evidence
    guesses: list[Guess]
    known: Material
    document: str  # its docstring
    where: str  # the id of a drop


def plans(source: Source, parsed: repair.Parsed | str, seen: Seen, p: Unify) -> Iterator[Plan | Dropped]:
    """Every candidate of a file as a plan, or why it is none. A file that breaks the analysis costs itself only."""
    where = f"{source.corpus}/{source.path}"
    if isinstance(parsed, str):
        yield Dropped(id=where, reason=parsed)
        return
    try:
        reader = Reader(source, parsed, where, seen, p)
        none = True
        for candidate in found.candidates(reader.module, reader.operated):
            if candidate.roots[0] in reader.foreign:
                continue
            none = False
            yield reader.plan(candidate)
        for owner, why in reader.refused:
            yield Dropped(id=f"{where}:{owner.lineno} {owner.name}", reason=why)
        if none:
            yield Dropped(id=where, reason="file without functions")
    except RecursionError:
        yield Dropped(id=where, reason="nested too deeply")


def package(source: Source) -> str:
    """The package that a file of an installed distribution lies in."""
    if source.corpus != "stdlib" and source.licence == "unknown":
        return ""
    path = PurePosixPath(source.path)
    return ".".join(path.parent.parts)


class Reader:
    """What the candidates of one file share."""

    def __init__(self, source: Source, parsed: repair.Parsed, where: str, seen: Seen, p: Unify) -> None:
        self.source, self.lines, self.where, self.p = source, parsed.text.split("\n"), where, p
        self.home = home = package(source) if siblings.is_installed(source.path, source.text) else ""
        taken, self.foreign, own = siblings.bundled(parsed.tree, home)
        tree = lift.lifted(own)
        tree.body = [*taken, *tree.body]
        operated = [pair for pair in operations.operating(tree) if pair[0].name not in self.foreign]
        self.operated = {made.name: owner for owner, made in operated if isinstance(made, ast.FunctionDef)}
        self.refused = [(owner, why) for owner, why in operated if isinstance(why, str)]
        tree.body += [made for _, made in operated if isinstance(made, ast.FunctionDef)]
        self.module = Module(tree, package(source))
        self.calls = Calls(parsed.tree, parsed.text, seen)
        self.tree, self.linked = wrap.node_classes(self.module)
        self.helpers = usage.Helpers(self.module.functions, self.calls.fixed)
        for node in self.module.classes.values():
            for f in node.body:
                if isinstance(f, ast.FunctionDef):
                    self.helpers.setdefault(f.name, f)
        self.objects = Objects(self.module, self.helpers)
        self.aliases = {
            node.targets[0].id: node.value
            for node in self.module.statements
            if isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and isinstance(node.value, ast.Subscript)
        }

    def plan(self, one: Candidate) -> Plan | Dropped:
        if why := found.refusal(one):
            return found.dropped(self.where, one, why)
        w, hints = self.evidence(one)
        if any(name.startswith("__") for p in hints.parameters for name in p.attributes):
            return found.dropped(self.where, one, "looks inside functions or objects")
        guesses = guessed(hints.parameters, self.p.guesses)
        if not guesses:
            return found.dropped(self.where, one, "no usable parameter")
        roots = dict.fromkeys(one.roots)
        for guess in guesses:
            roots |= dict.fromkeys(wrap.needed_classes(w, guess.kinds))
        closure = self.module.closure(tuple(roots), one.methods, quiet=one.returns)
        if why := self.unfit(closure, one):
            return found.dropped(self.where, one, why, ", ".join(closure.missing)[:80])
        return Plan(
            source=self.source,
            candidate=one,
            wrapping=w,
            closure=closure,
            evidence=replace(hints, whole=any(map(found.reckons_whole, closure.nodes))),
            guesses=guesses,
            known=literals.material(closure.nodes),
            document=ast.get_docstring(one.operated or one.node) or "",
            where=f"{self.where}:{one.lines[0]} {one.name}",
        )

    def unfit(self, closure: Closure, one: Candidate) -> str | None:
        if self.home and self.home.split(".")[0] in closure.modules:
            return "needs another file of its package"
        if set(closure.missing) - found.COMPATIBLE:
            return "uses a name the file does not define"
        if len(closure.code) > self.p.max_code_chars:
            return "code too long"
        if closure.modules & {"time", "datetime"} and any(map(found.reads_clock, closure.nodes)):
            return "reads the clock"
        if any(map(found.draws_lots, closure.nodes)):
            return "uses random"
        owners = [
            n for n in closure.nodes if isinstance(n, ast.ClassDef) and one.owner and n.name == one.owner.name
        ]
        if one.form == "method" and any(map(state.unfilled, owners)):
            return "asks an empty object"
        return found.foreign(closure.modules, self.module.package)

    def evidence(self, one: Candidate) -> tuple[Wrapping, Evidence]:
        """Parameters with ranked kinds, links and examples; how the call is written."""
        places, links = {}, set()
        known = {}
        if one.init is not None and one.form == "method":
            made_places, _ = usage.read_function(one.init, self.helpers)
            known = attributes(one.init, made_places)
            places |= made_places
        own, links = usage.read_function(one.node, self.helpers, 0, known)
        given = found.signature(one.node, skip=int(found.bound_first(one)))
        made = found.arguments(one)[: len(found.arguments(one)) - len(given)]
        taken = {a.arg for a, _ in given}
        made_p = [self.parameter(a, d, places, one.init, self.constructed(one), taken) for a, d in made]
        examples = self.calls.examples(one.name, [a.arg for a, _ in given])
        starts = self.calls.starts(one.node, [a.arg for a, _ in given])
        given_p = [self.parameter(a, d, own, one.node, examples, set()) for a, d in given]
        given_p = [replace(p, start=starts.get(p.own, "")) for p in given_p]
        if one.operated:
            given_p = self.operating(one.operated)
        w = Wrapping(
            candidate=one, made=tuple(made_p), given=tuple(given_p), tree=self.tree, linked=self.linked
        )
        whole = examples if not made else joined(examples, self.constructed(one), made_p)
        hints = Evidence(
            parameters=tuple(made_p + given_p),
            links=tuple(sorted(links, key=str)),
            examples=tuple(whole),
            order=order(one.node, one.owner.name if one.owner else "", PurePosixPath(self.source.path).stem),
            of_digits=any(isinstance(n, ast.Name) and n.id == "carry" for n in walk(one.node)),
        )
        return w, hints

    def operating(self, owner: ast.ClassDef) -> list[Parameter]:
        """The arguments of the constructor and the list of operations."""
        init = operations.constructor(owner)
        made = self.taken(init) if init else []
        methods = operations.operations(owner)
        taken = [self.taken(method) for method in methods.values()]
        options = []
        for rank, weight in enumerate((evidence.SHOWN, evidence.CLEARLY, evidence.NAMED)):
            several = [[ranked(p, rank) for p in ps] for ps in taken]
            kind = kinds.operations(dict(zip(methods, several, strict=True)))
            if kind not in [known for known, _ in options]:
                options.append((kind, weight))
        return [*made, Parameter(name=OPERATIONS, own=OPERATIONS, options=tuple(options))]

    def taken(self, node: ast.FunctionDef) -> list[Parameter]:
        """The arguments that a call of the method has to give."""
        places, _ = usage.read_function(node, self.helpers)
        taken = [self.parameter(a, None, places, node, [], set()) for a in operations.required(node) or ()]
        stored = meaning.STORES.match(meaning.plain(node.name)) is not None
        return [single(p) if stored and p.options[0][1] < evidence.CLEARLY else p for p in taken]

    def constructed(self, one: Candidate) -> list[dict]:
        names = [a.arg for a, _ in found.signature(one.init, 1)] if one.init else []
        return self.calls.examples(f"{one.owner.name}.__init__", names) if one.owner else []

    def parameter(
        self,
        argument: ast.arg,
        default: ast.expr | None,
        places: dict[str, usage.Place],
        node: ast.FunctionDef,
        examples: list[dict],
        taken: set[str],
    ) -> Parameter:
        lines = self.lines[max(0, node.lineno - 8) : node.body[0].lineno]
        text = (ast.get_docstring(node) or "") + "\n" + "\n".join(lines)
        place = places.get(argument.arg)
        named = meaning.MATRIX.fullmatch(argument.arg) is not None
        matrix = named and any(isinstance(n, ast.Name) and n.id in ("np", "numpy") for n in walk(node))
        shown = [e[argument.arg] for e in examples if argument.arg in e]
        options = evidence.weigh(
            argument, default, place, evidence.phrases(text, [argument.arg]), shown, self.aliases, matrix
        )
        options = [(made, weight) for kind, weight in options if (made := self.objects.resolved(kind))]
        owned = self.objects.of_class(kinds.last_name(argument.annotation))
        options = [(owned, evidence.ANNOTATED), *options] if owned else options
        several = argument is node.args.vararg and node.name != "__init__"
        options = many(options) if several else options
        if default is not None:
            options = optional(default, options, place)
        name = argument.arg if argument.arg not in taken else f"initial_{argument.arg}"
        return Parameter(
            name=name,
            own=argument.arg,
            options=tuple(options),
            default=ast.unparse(default) if default is not None else "",
            annotated=kinds.told(argument.annotation, self.aliases),
            several=several,
            **evidence.looked_for(place),
        )


def ranked(parameter: Parameter, rank: int) -> Kind:
    """The kind of that rank, or the last one, among those that need no making."""
    plain = [kind for kind, _ in parameter.options if wrap.convert(kind, "x", "", "") == "x"]
    return plain[min(rank, len(plain) - 1)] if plain else kinds.INT


def single(parameter: Parameter) -> Parameter:
    """Of what is put into a container, whatever its name, one number is likeliest."""
    best, others = parameter.options[0][1], [one for one in parameter.options if one[0] != kinds.INT]
    return replace(parameter, options=((kinds.INT, best), *others))


def optional(default: ast.expr, options: list, place: usage.Place | None) -> list:
    """A parameter with a default may be left out: first choice where nothing says what it holds.

    One whose default is None holds that now and then, where anything is known of what else it may hold, and no call
    of the function by itself hands on in it what was gathered.
    """
    best = options[0][1] if options else 0
    value = literals.literal(default)
    telling = value is not None and value is not literals.Unknown
    if isinstance(value, list | dict) and place is not None and place.attributes & REMEMBERING:
        return [(kinds.ABSENT, best + 1)]  # what calls remember: another would be part of no call
    left_out = best * (0.6 if telling else 1.2) + 0.5
    gathers = place is not None and notes.HANDED_ON in place.attributes
    if found.is_none(default) and best >= evidence.NAMED and not gathers:
        options, left_out = [(kinds.maybe(kind), weight) for kind, weight in options], 0.9 * best
    return sorted([*options[:3], (kinds.ABSENT, left_out)], key=lambda o: -o[1])


def many(options: list[tuple[Kind, float]]) -> list[tuple[Kind, float]]:
    """Kinds for any number of arguments: lists, of what else may be one; of lists where they are told together."""
    found: dict[Kind, float] = {}
    for kind, weight in [*options, (kinds.GRID, evidence.NAMED)]:
        kind = kind if kind.name == "list" and len(kind.of) == 1 else kinds.listed(kind)
        found[kind] = max(found.get(kind, 0), weight)
    return sorted(found.items(), key=lambda one: -one[1])[: evidence.MOST]


def joined(examples: list[dict], made: list[dict], parameters: list[Parameter]) -> list[dict]:
    """Examples of the call together with examples of the constructor."""
    names = {p.own: p.name for p in parameters}
    pairs = zip(examples, itertools.cycle(made), strict=False) if made else ()
    return [{names[k]: v for k, v in m.items() if k in names} | e for e, m in pairs]


def guessed(parameters: tuple[Parameter, ...], most: int) -> list[Guess]:
    """The likeliest combinations of kinds; the first ones also with small numbers only."""
    width = 5 if len(parameters) <= 3 else 3 if len(parameters) <= 5 else 2
    rows = itertools.product(*(p.options[:width] for p in parameters))
    best = heapq.nlargest(most, rows, key=lambda row: sum(weight for _, weight in row))
    guesses = []
    for number, row in enumerate(best):
        held = {p.name: kind for p, (kind, _) in zip(parameters, row, strict=True)}
        if all(kind == kinds.ABSENT for kind in held.values()):
            continue
        weight = sum(weight for _, weight in row) / len(row)
        guesses.append(Guess(held, "wide", weight))
        if number < 2 and any("int" in str(kind) for kind in held.values()):
            guesses.append(Guess(held, "small", weight - 0.5))
    return guesses[:most]
