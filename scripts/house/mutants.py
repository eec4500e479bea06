"""Mutants of a Solidity file: small faults, each at one place of the compiler's syntax tree.

Offsets are bytes, as the compiler gives them. A mutant changes an operator, a number, a condition or a modifier, or leaves a statement out;
in assembly too. It need not compile.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Node = dict[str, Any]
Change = tuple[int, int, str, str]

OPERATORS = {
    **{"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="},
    **{"+": "-", "-": "+", "*": "/", "/": "*", "%": "*", "&": "|", "|": "&", "^": "&", "<<": ">>", ">>": "<<"},
    **{"&&": "||", "||": "&&", "+=": "-=", "-=": "+=", "*=": "/=", "/=": "*=", "|=": "&=", "&=": "|="},
    **{"++": "--", "--": "++", "!": "", "~": ""},
}
OPCODES = {
    **{"add": "sub", "sub": "add", "mul": "div", "div": "mul", "and": "or", "or": "and"},
    **{"shl": "shr", "shr": "shl", "lt": "gt", "gt": "lt", "eq": "sub"},
}
LEFT_OUT = ("ExpressionStatement", "EmitStatement", "RevertStatement", "Return", "Continue", "Break")
YUL_LEFT_OUT = ("YulExpressionStatement", "YulAssignment", "YulContinue", "YulBreak")
UNTOUCHED = ("ImportDirective", "EventDefinition", "ErrorDefinition", "ArrayTypeName", "StructDefinition", "YulCase")
"""Nodes in which nothing is behaviour, or nothing that could differ would compile."""


@dataclass(frozen=True, order=True)
class Mutant:
    """Bytes [start, end) of a file are `new` instead."""

    file: str
    start: int
    end: int
    new: str
    kind: str

    def applied(self, source: bytes) -> bytes:
        """The mutated file."""
        return source[: self.start] + self.new.encode() + source[self.end :]

    def name(self, source: bytes) -> str:
        """File, line, and what became of what."""
        line = source[: self.start].count(b"\n") + 1
        old = " ".join(source[self.start : self.end].decode().split())
        return f"{self.file}:{line}: {self.kind}: {old} -> {self.new or 'nothing'}"


def of(file: str, tree: Node, source: bytes) -> list[Mutant]:
    """Every mutant of a file, in the order of its places."""
    found = (Mutant(file, *change) for node in _nodes(tree) for change in _changes(node, source))
    return sorted(set(found))


def _nodes(node: Node) -> Iterator[Node]:
    yield node
    for child in _children(node):
        if child.get("nodeType") not in UNTOUCHED:
            yield from _nodes(child)


def _children(node: Node) -> Iterator[Node]:
    for value in node.values():
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, dict):
                yield each


def _span(node: Node) -> tuple[int, int]:
    start, length, _ = map(int, node["src"].split(":"))
    return start, start + length


def _changes(node: Node, source: bytes) -> Iterable[Change]:
    kind = node.get("nodeType", "")
    if kind in LEFT_OUT:
        return _left_out(node, source)
    if kind in YUL_LEFT_OUT:
        return [(*_span(node), "{}", "left out")]
    rule = RULES.get(kind)
    return rule(node, source) if rule else ()


def _left_out(node: Node, source: bytes) -> Iterator[Change]:
    start, end = _span(node)
    rest = source[end : end + 1]
    # What a loop does after each round has no semicolon of its own.
    if rest == b";":
        yield start, end + 1, "{}", "left out"


def _between(first: Node, second: Node, operator: str, source: bytes) -> Iterator[Change]:
    if operator not in OPERATORS:
        return
    _, before = _span(first)
    at = source.index(operator.encode(), before, _span(second)[0])
    yield at, at + len(operator), OPERATORS[operator], "operator"


def _binary(node: Node, source: bytes) -> Iterator[Change]:
    return _between(node["leftExpression"], node["rightExpression"], node["operator"], source)


def _assignment(node: Node, source: bytes) -> Iterator[Change]:
    return _between(node["leftHandSide"], node["rightHandSide"], node["operator"], source)


def _unary(node: Node, _: bytes) -> Iterator[Change]:
    (start, end), operator = _span(node), node["operator"]
    if operator in OPERATORS:
        at = start if node["prefix"] else end - len(operator)
        yield at, at + len(operator), OPERATORS[operator], "operator"


def _literal(node: Node, source: bytes) -> Iterator[Change]:
    start, end = _span(node)
    text = source[start:end].decode()
    if node["kind"] == "number":
        yield start, end, f"({text} + 1)", "number"
    elif node["kind"] == "bool":
        yield start, end, "false" if text == "true" else "true", "bool"


def _condition(node: Node, _: bytes) -> Iterator[Change]:
    for value in ("true", "false"):
        yield *_span(node["condition"]), value, "condition"


def _loop(node: Node, _: bytes) -> Iterator[Change]:
    if node["condition"]:
        yield *_span(node["condition"]), "false", "condition"


def _modifier(node: Node, _: bytes) -> Iterator[Change]:
    if node.get("kind") == "modifierInvocation":
        yield *_span(node), "", "modifier"


def _opcode(node: Node, _: bytes) -> Iterator[Change]:
    name = node["functionName"]
    if name["name"] in OPCODES:
        yield *_span(name), OPCODES[name["name"]], "operator"


def _yul_number(node: Node, source: bytes) -> Iterator[Change]:
    start, end = _span(node)
    if node["kind"] == "number":
        yield start, end, f"add({source[start:end].decode()}, 1)", "number"


def _yul_condition(node: Node, _: bytes) -> Iterator[Change]:
    for value in ("1", "0"):
        yield *_span(node["condition"]), value, "condition"


RULES: Mapping[str, Callable[[Node, bytes], Iterator[Change]]] = {
    "BinaryOperation": _binary,
    "Assignment": _assignment,
    "UnaryOperation": _unary,
    "Literal": _literal,
    "IfStatement": _condition,
    "Conditional": _condition,
    "ForStatement": _loop,
    "WhileStatement": _loop,
    "ModifierInvocation": _modifier,
    "YulFunctionCall": _opcode,
    "YulLiteral": _yul_number,
    "YulIf": _yul_condition,
}
