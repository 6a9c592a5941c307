"""The table in docs/styles.md is the data that texts are read by, and providers told by."""

from __future__ import annotations

from importlib.resources import files

from tests.docs import styles_table


def test_the_table_of_styles_is_made_from_the_data() -> None:
    page = styles_table.PAGE.read_text()
    assert styles_table.page_with(styles_table.table()) == page, (
        "run: python -m tests.docs.styles_table"
    )


def test_every_provider_that_knows_styles_stands_in_it() -> None:
    folders = files("polyvox.providers").iterdir()
    told = [each.name for each in folders if each.joinpath("styles.toml").is_file()]
    assert {name.split("_")[0].capitalize() for name in told} == set(styles_table.PROVIDERS)
