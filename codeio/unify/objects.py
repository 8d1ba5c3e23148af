"""Objects: what a parameter with attributes is made of: a class of the file, or plain named values.   Kind -> Kind"""

import ast

from codeio.unify import kinds, usage
from codeio.unify.candidates import inherited_init, signature
from codeio.unify.kinds import Kind
from codeio.unify.module import Module
from codeio.unify.places import Place, attributes
from codeio.unify.ranking import ranked
from codeio.walk import walk

PLAIN = "SimpleNamespace"
MOST = 5  # arguments of a constructor


class Objects:
    """The classes of a module, by what their objects have."""

    def __init__(self, module: Module, helpers: usage.Helpers) -> None:
        self.module, self.helpers = module, helpers
        self.has = {name: self.attributes(node) for name, node in module.classes.items()}

    def attributes(self, node: ast.ClassDef, depth: int = 0) -> frozenset[str]:
        """Names of methods and of all that a class stores on its objects, with those of its bases."""
        own = {n.attr for n in walk(node) if isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Store)}
        own |= {n.name for n in node.body if isinstance(n, ast.FunctionDef)}
        own |= {n.id for n in walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        for base in node.bases if depth < 3 else ():
            if isinstance(base, ast.Name) and base.id in self.module.classes:
                own |= self.attributes(self.module.classes[base.id], depth + 1)
        return frozenset(own)

    def resolved(self, kind: Kind) -> Kind | None:
        """`kind` with a way to make each object in it; None where there is none."""
        if kind.name != "record" or kind.make == "dict":
            return self.parts(kind)
        wanted = {key.rstrip("()") for key in kind.keys}
        fitting = [name for name, has in self.has.items() if wanted <= has and self.init(name) is not None]
        for name in fitting:
            if made := self.made(name, kind):
                return made
        if any(key.endswith("()") for key in kind.keys):
            return None
        return self.parts(Kind("record", kind.of, kind.keys, PLAIN))

    def parts(self, kind: Kind) -> Kind | None:
        inner = [self.resolved(part) for part in kind.of]
        return None if None in inner else Kind(kind.name, tuple(inner), kind.keys, kind.make)

    def init(self, name: str) -> ast.FunctionDef | None:
        node = self.module.classes[name]
        own = [n for n in node.body if isinstance(n, ast.FunctionDef) and n.name == "__init__"]
        return own[0] if own else inherited_init(node, self.module)

    def made(self, name: str, seen: Kind) -> Kind | None:
        """Objects of class `name`, from the arguments that its constructor has to be given."""
        init = self.init(name)
        taken = [a for a, default in signature(init, 1) if default is None]
        optional = [a for a, default in signature(init, 1) if default is not None]
        taken = taken or [a for a in optional if a.arg in seen.keys]
        if not 0 < len(taken) <= MOST:
            return None
        places, _ = usage.read_function(init, self.helpers)
        stored = {place.root: attr for attr, place in attributes(init, places).items()}
        known = dict(zip(seen.keys, seen.of, strict=True))
        inner = []
        for argument in taken:
            shown = known.get(stored.get(argument.arg, "").removeprefix("self."))
            inner.append(shown if shown and shown.name != "record" else self.argument(argument, places))
        return Kind("record", tuple(inner), tuple(a.arg for a in taken), name)

    def argument(self, argument: ast.arg, places: dict[str, Place]) -> Kind:
        found = kinds.of_annotation(argument.annotation)
        if found is None and argument.arg in places:
            found = next((kind for kind, _ in ranked(places[argument.arg]) if plain(kind)), None)
        named = kinds.of_name(argument.arg)
        return found or (named[0] if named else kinds.INT)

    def of_class(self, name: str) -> Kind | None:
        """Objects of an annotated class."""
        if name not in self.module.classes or self.init(name) is None:
            return None
        return self.made(name, Kind("record"))


def plain(kind: Kind) -> bool:
    return kind.name not in ("record", "tree", "linked", "function") and all(map(plain, kind.of))


def makers(kind: Kind) -> set[str]:
    """Names of the classes that a kind needs."""
    own = {kind.make} - {"", "dict", PLAIN}
    return own.union(*map(makers, kind.of)) if kind.of else own
