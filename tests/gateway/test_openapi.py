"""The OpenAPI document says what the gateway does: its examples are run, its answers typed, its refusals documented."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.api import document
from gateway.api.document import operations
from gateway.api.fields import FORMS
from gateway.api.pledge_shown import FLAGS
from gateway.api.refusals import PROBLEM_TYPE
from tests.gateway.documented import Documented
from tests.gateway.examples import Teller, shown, telling

ROOT = Path(__file__).parents[2]
VOLATILE = {
    *("acts_at", "document", "fingerprint", "hash", "known_since", "notified_at", "offered_at", "opened_at", "reported_at", "since"),
    *("account", "act", "address", "at", "bank", "behind", "block", "confirmed_at", "counterparty", "deadline", "digest"),
    *("done_at_block", "done_pos", "domain", "filer", "filing", "from_pos", "id", "issued", "issued_at", "mirror", "next"),
    *("created_at", "position", "removed", "secret", "erased_at", "message", "public_key", "receipt", "sealed", "sealed_to", "statement"),
    *("office", "officers", "placed", "pos", "rule_contract", "signers", "since_pos", "time", "to_pos", "transaction", "values"),
}
"""What differs from one ledger to the next, with all that lies in it: compared by its form only."""
FREE = {
    *(
        "Act.body",
        "ActWhole.body",
        "DeadLetter.message",
        "Certificate.document",
        "CertificateKept.document",
        "Content.document",
        "Event.values",
    ),
    *(
        "ReceivableAct.body",
        "Reason.values",
        "TypedData.domain",
        "TypedData.message",
        "DraftedAct.body",
        "DraftedContent.document",
        "ProRata.draft",
    ),
}
"""Parts whose form an act's kind, a document's schema or the ABI decides."""


@pytest.fixture(scope="module")
def teller(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Teller]:
    with telling(tmp_path_factory.mktemp("story") / "home") as made:
        yield made


@pytest.fixture(scope="module")
def made(teller: Teller) -> dict[str, Any]:
    return teller.document()


def each(made: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """(method and path, operation)."""
    for method, path, operation in operations(made):
        yield f"{method.upper()} {path}", operation


# --- The examples ----------------------------------------------------------------------------------------------------------------


def like(expected: Any, given: Any, where: str = "", *, blurred: bool = False) -> list[str]:
    """Where two answers differ beyond what differs between ledgers."""
    if isinstance(expected, dict) and isinstance(given, dict):
        if expected.keys() != given.keys():
            return [f"{where}: {sorted(expected.keys() ^ given.keys())}"]
        return [
            found for key in expected for found in like(expected[key], given[key], f"{where}.{key}", blurred=blurred or key in VOLATILE)
        ]
    if isinstance(expected, list) and isinstance(given, list):
        if len(expected) != len(given):
            return [f"{where}: {len(given)} instead of {len(expected)}"]
        pairs = zip(expected, given, strict=True)
        return [found for at, (one, other) in enumerate(pairs) for found in like(one, other, f"{where}[{at}]", blurred=blurred)]
    alike = _form(expected) == _form(given) if blurred else expected == given
    return [] if alike else [f"{where}: {given!r} instead of {expected!r}"]


def _form(value: Any) -> Any:
    """What a value looks like: its type; of text, letters and digits blurred."""
    if isinstance(value, str) and re.fullmatch(r"[\w-]+\.[\w-]+\.[\w-]+|[A-Za-z0-9+/]{200,}={0,2}", value):
        return value.count(".")
    return re.sub(r"[0-9a-f]+", "#", value) if isinstance(value, str) else type(value)


def test_the_examples_are_a_true_story(teller: Teller) -> None:
    """Every request of the document is sent as it stands, and every answer is the document's."""
    tell(teller)


def test_the_same_story_is_true_on_postgresql(new_postgres: Callable[[], str], tmp_path: Path) -> None:
    with telling(tmp_path / "home", new_postgres()) as teller:
        tell(teller)


def tell(teller: Teller) -> None:
    documented = Documented(teller.document())
    teller.http.event_hooks = {"response": [documented.check]}
    for operation, example in document.examples().items():
        answer = teller.tell(operation, example)
        assert answer.status_code == example["status"], (operation, answer.text)
        assert like(example["answer"], shown(answer), where=operation) == []


def test_every_operation_has_an_example_of_request_and_answer(made: dict[str, Any]) -> None:
    assert {operation["operationId"] for _, operation in each(made)} == document.examples().keys() | document.STREAMS
    for name, operation in each(made):
        if operation["operationId"] in document.STREAMS:
            continue
        example = document.examples()[operation["operationId"]]
        answers = operation["responses"][str(example["status"])]["content"]["application/json"]
        assert answers["example"] == example["answer"], name
        if "requestBody" in operation:
            assert operation["requestBody"]["content"]["application/json"]["example"] == example["body"], name
        required = {parameter["name"] for parameter in operation.get("parameters", []) if parameter["required"]}
        exemplified = {parameter["name"] for parameter in operation.get("parameters", []) if "example" in parameter}
        assert required <= exemplified, name


def test_a_changed_answer_would_be_noticed() -> None:
    expected: dict[str, Any] = {"data": [{"state": "final", "pos": "12", "face": {"minor": "5", "currency": "USD"}}]}
    assert like(expected, {"data": [{"state": "final", "pos": "999", "face": {"minor": "5", "currency": "USD"}}]}) == []
    wrongs: tuple[dict[str, Any], ...] = (
        {"data": []},
        {"data": [{"state": "sent", "pos": "12", "face": {"minor": "5", "currency": "USD"}}]},
        {"data": [{"state": "final", "pos": None, "face": {"minor": "5", "currency": "USD"}}]},
        {"data": [{"state": "final", "pos": "12", "face": {"minor": "6", "currency": "USD"}}]},
        {"data": [{"state": "final", "pos": "12"}]},
    )
    for wrong in wrongs:
        assert like(expected, wrong) != []


# --- The document ----------------------------------------------------------------------------------------------------------------


def test_it_is_openapi_3_1_with_one_key(made: dict[str, Any]) -> None:
    assert made["openapi"].startswith("3.1.")
    assert made["components"]["securitySchemes"]["key"]["scheme"] == "bearer"
    for name, operation in each(made):
        whose = "peer" if " /peer/" in name else "key"
        assert operation.get("security") == (None if name == "GET /health" else [{whose: []}]), name


def test_a_pattern_that_is_not_kept_is_said_in_words(made: dict[str, Any]) -> None:
    assert set(_patterns(made)) - set(FORMS) == set()


def _patterns(value: Any) -> Iterator[str]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if isinstance(value, dict) and isinstance(value.get("pattern"), str):
        yield value["pattern"]
    for each in inner:
        yield from _patterns(each)


def test_every_operation_says_in_one_sentence_what_it_does(made: dict[str, Any]) -> None:
    summaries = [operation["summary"] for _, operation in each(made)]
    assert all(summary.endswith(".") and summary[0].isupper() and 12 < len(summary) < 200 for summary in summaries)
    assert len(set(summaries)) == len(summaries)
    names = [operation["operationId"] for _, operation in each(made)]
    assert len(set(names)) == len(names)


def test_a_types_name_is_one_types_and_tells_no_module(made: dict[str, Any]) -> None:
    """Two of one name are told apart by where they stand in the code, which moves: generated clients would change with it."""
    assert [name for name in made["components"]["schemas"] if "gateway__" in name] == []


def test_every_answer_has_a_type_of_its_own(made: dict[str, Any]) -> None:
    for name, operation in each(made):
        for status, response in operation["responses"].items():
            if status == "304":
                assert "content" not in response, name
                continue
            (content,) = response["content"].values()
            assert content["schema"]["$ref"].startswith("#/components/schemas/"), (name, status)


def test_a_word_is_text_as_generated_clients_need_it(made: dict[str, Any]) -> None:
    def untyped(part: Any) -> Iterator[Any]:
        if isinstance(part, list):
            yield from (found for inner in part for found in untyped(inner))
        elif isinstance(part, dict):
            if part.keys() & {"enum", "const"} and "type" not in part:
                yield part
            yield from (found for name, inner in part.items() if name not in ("example", "properties") for found in untyped(inner))
            yield from (found for inner in part.get("properties", {}).values() for found in untyped(inner))

    assert list(untyped(made)) == []


@pytest.mark.parametrize("operation", ["draft_act", "draft_financing", "draft_receivable"])
def test_the_acts_of_a_description_are_listed(teller: Teller, made: dict[str, Any], operation: str) -> None:
    body = next(each["requestBody"] for _, _, each in operations(made) if each["operationId"] == operation)
    name = body["content"]["application/json"]["schema"]["$ref"].rsplit("/", 1)[1]
    listed = made["components"]["schemas"][name]["properties"]["act"]["enum"]
    _, path = teller.paths[operation]
    refused = teller.http.post(path, json={"act": "no such act"}).json()
    assert refused["field"] == "act" and refused["detail"].endswith(f"is none of {', '.join(listed)}")


def test_no_answer_is_a_free_form_object_but_where_the_ledger_decides_its_form(made: dict[str, Any]) -> None:
    free = {
        f"{schema}.{field}"
        for schema, shape in made["components"]["schemas"].items()
        for field, type_ in shape.get("properties", {}).items()
        if type_.get("additionalProperties") is True or type_.keys() <= {"title", "description"}
    }
    assert {name for name in free if not name.split(".")[0].endswith("In") and "KeyedAct" not in name} <= FREE


def test_amounts_are_text_with_their_currency(made: dict[str, Any]) -> None:
    money = made["components"]["schemas"]["Money"]
    assert {field: type_["type"] for field, type_ in money["properties"].items()} == {"minor": "string", "currency": "string"}
    assert set(money["required"]) == {"minor", "currency"}


@pytest.mark.parametrize("status", ["401", "403", "422", "429"])
def test_every_operation_with_a_key_documents_these_refusals(made: dict[str, Any], status: str) -> None:
    for name, operation in each(made):
        if name != "GET /health":
            assert list(operation["responses"][status]["content"]) == [PROBLEM_TYPE], name


def test_refusals_are_documented_where_they_can_occur(made: dict[str, Any]) -> None:
    for name, operation in each(made):
        statuses, path = set(operation["responses"]), name.split()[1]
        if "requestBody" in operation:
            assert {"411", "413"} <= statuses, name
        if "{" in path and path.split("/")[1] not in ("events", "assets"):
            assert "404" in statuses, name
        if name.startswith("POST /acts") and ":" not in path:
            assert {"409", "503"} <= statuses, name
        for given, response in operation["responses"].items():
            if int(given) >= 400 and name != "GET /health":
                assert response["content"][PROBLEM_TYPE]["schema"] == {"$ref": "#/components/schemas/Problem"}, name


def test_the_marks_of_a_pledge_are_the_contracts() -> None:
    source = (ROOT / "contracts" / "types" / "PledgeWord.sol").read_text()
    listed = re.findall(r"uint16 internal constant (\w+) = 1 << (\d+);", source)
    assert [(name.lower().replace("_", " "), int(bit)) for name, bit in listed] == [(name, bit) for bit, name in enumerate(FLAGS)]


# --- The page --------------------------------------------------------------------------------------------------------------------


def test_the_page_shows_every_operation_and_loads_nothing(teller: Teller, made: dict[str, Any]) -> None:
    page = httpx.get(teller.running.url + document.PAGE)
    assert page.status_code == 200 and page.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert not re.search(r"<(script|link|img|iframe|object|embed|form)|\bsrc=|url\(|@import|href=[\"']?http", page.text)
    for name, _ in each(made):
        method, path = name.split()
        assert f"<code>{method} {path}</code>" in page.text


def test_document_and_page_need_no_key_and_tell_no_secret(teller: Teller) -> None:
    for path in (document.PATH, document.PAGE):
        answer = httpx.get(teller.running.url + path)
        assert answer.status_code == 200 and teller.running.api_key not in answer.text
        assert str(teller.running.services.settings.home) not in answer.text
