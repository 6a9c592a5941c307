"""``polyvox usage``, and what the doctor says about quotas."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.integration.cli.conftest import Polyvox

SPEAK = ("speak", "--provider", "fault_charged", "--voice", "basic", "--no-cache", "-o", "a.wav")
TEXT = "Sixteen letters."


def tier(polyvox: Polyvox, name: str = "basic", *arguments: str) -> dict[str, Any]:
    rows = polyvox("usage", *arguments, "--json").json
    return next(r for r in rows if (r["provider"], r["tier"]) == ("fault_charged", name))


def checks(polyvox: Polyvox) -> dict[str, Any]:
    found = polyvox("doctor", "--json").json["checks"]
    return {c["name"]: c for c in found if c["name"].startswith("quota")}


def test_usage_counts_what_was_spoken(polyvox: Polyvox) -> None:
    assert (tier(polyvox)["used"], tier(polyvox)["policy"]) == (0, "stop")
    assert polyvox(*SPEAK, TEXT).code == 0
    row = tier(polyvox)
    assert (row["used"], row["limit"], row["percent"], row["remaining"]) == (16, 1000, 1.6, 984)
    assert (tier(polyvox, "best")["used"], tier(polyvox, "best")["limit"]) == (0, 200)
    assert tier(polyvox, "basic", "--month", "2020-02")["used"] == 0

    shown = next(line for line in polyvox("usage").out.splitlines() if "basic" in line)
    assert shown.split()[:7] == ["fault_charged", "basic", "stop", "16", "1,000", "░" * 10, "1"]


@pytest.mark.parametrize("month", ["2026-13", "november", "2026-1"])
def test_a_month_that_is_none_is_wrong_usage(polyvox: Polyvox, month: str) -> None:
    ran = polyvox("usage", "--month", month)
    assert ran.code == 2
    assert "2026-11" in ran.err


def test_limit_and_policy_come_from_the_environment(
    polyvox: Polyvox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POLYVOX_QUOTAS__FAULT_CHARGED__LIMITS__BASIC", "20")
    assert polyvox(*SPEAK, TEXT).code == 0
    refused = polyvox(*SPEAK, "--no-fallback", "--json", TEXT)
    assert refused.code == 4
    assert "16 of the 20 characters" in refused.error["message"]

    assert checks(polyvox) == {
        "quota fault_charged basic": {
            "name": "quota fault_charged basic",
            "state": "ok",
            "found": f"16 of 20 characters of {tier(polyvox)['month']} are used.",
            "remedy": None,
        }
    }
    monkeypatch.setenv("POLYVOX_QUOTAS__FAULT_CHARGED__POLICY", "warn")
    assert polyvox(*SPEAK, TEXT).code == 0
    assert (tier(polyvox)["used"], tier(polyvox)["over"]) == (32, 12)
    [check] = checks(polyvox).values()
    assert check["state"] == "warning"
    assert "quotas.fault_charged.limits.basic" in check["remedy"]
    assert "100 %" not in polyvox("usage").out
    assert "160 %" in polyvox("usage").out


def test_limit_price_and_policy_come_from_the_file(polyvox: Polyvox, home: Path) -> None:
    (home / "config.toml").write_text(
        '[quotas.fault_charged]\npolicy = "allow"\n'
        "limits = { best = 0 }\nprices = { best = 1000.0 }\n"
    )
    row = tier(polyvox, "best")
    assert (row["policy"], row["limit"], row["usd_per_million"]) == ("allow", 0, 1000.0)


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ('policy = "halt"', "quotas.fault_charged.policy"),
        ("limits = { basic = -1 }", "quotas.fault_charged.limits.basic"),
        ("limit = { basic = 1 }", "quotas.fault_charged.limit"),
        ("limits = { neural = 1 }", "Its tiers: best, basic."),
        ("prices = { neural = 1 }", "Its tiers: best, basic."),
    ],
)
def test_a_rule_that_makes_no_sense_is_a_configuration_error(
    polyvox: Polyvox, home: Path, lines: str, told: str
) -> None:
    (home / "config.toml").write_text(f"[quotas.fault_charged]\n{lines}\n")
    ran = polyvox("usage")
    assert ran.code == 5
    assert told in ran.err


def test_a_rule_for_nobody_is_a_warning_that_names_who_counts(polyvox: Polyvox, home: Path) -> None:
    (home / "config.toml").write_text('[quotas.asure_tts]\npolicy = "warn"\n')
    check = checks(polyvox)["quota asure_tts"]
    assert check["state"] == "warning"
    assert "fault_charged" in check["remedy"]
