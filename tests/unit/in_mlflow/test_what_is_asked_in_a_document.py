"""What is asked of MLflow stands in one JSON document: permission and deed are about the same thing."""

from __future__ import annotations

import json

import pytest

from tests.unit.in_mlflow.mlflow_server import API, MlflowServer

FLIGHTS = {"name": "flights"}
ALIAS = {"name": "flights", "alias": "champion"}


@pytest.mark.parametrize(
    ("path", "document", "header", "expected"),
    [
        ("registered-models/delete?name=mine", json.dumps(FLIGHTS), {}, 415),
        ("registered-models/delete?name=mine", json.dumps(FLIGHTS), {"Content-Type": "text/plain"}, 415),
        ("registered-models/delete?name=mine", json.dumps(json.dumps(FLIGHTS)), {}, 415),
        ("registered-models/alias?name=mine&alias=x", json.dumps(ALIAS), {}, 415),
        (
            "registered-models/delete?name=mine",
            json.dumps(FLIGHTS),
            {"Content-Type": "application/json"},
            400,
        ),
        ("registered-models/delete", json.dumps(FLIGHTS), {"Content-Type": "application/json"}, 403),
        (
            "registered-models/delete",
            json.dumps(json.dumps(FLIGHTS)),
            {"Content-Type": "application/json"},
            400,  # MLflow itself finds no name in a document within a text
        ),
    ],
)
@pytest.mark.parametrize("user", ["sam", "eva"])
def test_a_model_of_others_is_not_deleted_by_the_address_of_an_own_one(
    mlflow: MlflowServer, user: str, path: str, document: str, header: dict[str, str], expected: int
) -> None:
    client = mlflow.of(user)
    client.post(f"{API}/registered-models/create", json={"name": f"mine of {user}"})
    own = path.replace("mine", f"mine of {user}")
    answer = client.request("DELETE", f"{API}/{own}", content=document, headers=header)
    assert answer.status_code == expected, answer.text
    assert client.get(f"{API}/registered-models/get", params=FLIGHTS).status_code == 200
    said = mlflow.last(user)
    assert (said["fields"]["name"], said["status"]) == ("flights", expected)


def test_the_refusals_say_what_to_do(mlflow: MlflowServer) -> None:
    client, path = mlflow.of("sam"), f"{API}/registered-models/delete"
    form = client.request("DELETE", path, content=json.dumps(FLIGHTS))
    assert form.text == "send what is to be changed as one JSON document, as application/json\n"
    both = client.request("DELETE", f"{path}?name=mine", json=FLIGHTS)
    assert both.text == "say what is to be deleted in the document alone, not in the address\n"


def test_what_its_clients_and_pages_send_goes_through(mlflow: MlflowServer) -> None:
    client = mlflow.of("sam")
    model = {"name": "goes through"}
    assert client.post(f"{API}/registered-models/create", json=model).status_code == 200
    assert client.request("DELETE", f"{API}/registered-models/delete", json=model).status_code == 200
    own = mlflow.told("sam", "experiments/create", name="sam's own")["experiment_id"]
    run = mlflow.told("sam", "runs/create", experiment_id=own)["run"]["info"]["run_id"]
    upload = "/ajax-api/2.0/mlflow/upload-artifact"
    sent = client.post(upload, params={"run_uuid": run, "path": "a.txt"}, content=b"words")
    assert sent.status_code == 200, sent.text
    assert mlflow.last("sam")["fields"] == {"run_uuid": run, "path": "a.txt"}
