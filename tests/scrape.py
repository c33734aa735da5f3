"""Reads `/metrics` as Prometheus does, with its own client's parsers.

numbers = await scrape(app, Authorization=f"Bearer {TOKEN}")
assert numbers["magpie_db_seconds_count", "kind", "read"] == 3
"""

from prometheus_client.openmetrics import parser as openmetrics
from prometheus_client.parser import text_string_to_metric_families
from tornado.httpclient import HTTPResponse

from tests.app import App, Client

TOKEN = "a-token-for-tests-0123"
#: What Prometheus sends that wants OpenMetrics.
OPENMETRICS = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"


class Numbers(dict):
    """The samples of one text: a name alone, or with its labels and their values in order; what is not there
    is None."""

    def __init__(self, response: HTTPResponse) -> None:
        assert response.code == 200, response.code
        self.content_type = response.headers["Content-Type"]
        text = response.body.decode()
        is_open = self.content_type.startswith("application/openmetrics-text")
        parse = openmetrics.text_string_to_metric_families if is_open else text_string_to_metric_families
        self.families = list(parse(text))
        for family in self.families:
            for sample in family.samples:
                key = (sample.name, *(part for pair in sample.labels.items() for part in pair))
                key = key if sample.labels else sample.name
                assert key not in self, key
                self[key] = sample.value

    def __missing__(self, key: object) -> None:
        return None


async def scrape(app: App, **headers: str) -> Numbers:
    """What the server tells on its own address to who has the token."""
    return Numbers(await app.client(Authorization=f"Bearer {TOKEN}").get("/metrics", **headers))


async def scrape_at(port: int, **headers: str) -> Numbers:
    """What it tells on a port of its own."""
    client = Client(f"http://127.0.0.1:{port}")
    try:
        return Numbers(await client.get("/metrics", **headers))
    finally:
        client.close()
