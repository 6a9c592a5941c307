"""The operator's list of hosts, and the addresses that do not get past it."""

from __future__ import annotations

import pytest

from polyvox.errors import BadSample, ConfigError
from polyvox.fetching.origins import MAX_URL, Origin, allowed_origins, check_url

ALLOWED = allowed_origins(["cdn.example.com", "bücher.example:8443", "http://plain.example"])


def test_an_entry_means_https_unless_it_says_otherwise() -> None:
    assert {
        Origin("https", "cdn.example.com", 443),
        Origin("https", "xn--bcher-kva.example", 8443),
        Origin("http", "plain.example", 80),
    } == ALLOWED


@pytest.mark.parametrize(
    "entry",
    [
        *("", "*", "*.example.com", ".example.com", "cdn.example.com.", "a b", "-a.example"),
        *("127.0.0.1", "2130706433", "127.1", "0x7f.1", "[::1]", "①②⑦.⓪.⓪.①"),
        *("ftp://cdn.example.com", "https://", "file:///etc", "https://cdn.example.com/folder"),
        *(
            "user@cdn.example.com",
            "cdn.example.com?x",
            "cdn.example.com:0",
            "cdn.example.com:99999",
        ),
    ],
)
def test_an_entry_is_the_name_of_a_host(entry: str) -> None:
    with pytest.raises(ConfigError, match="fetch_hosts"):
        allowed_origins([entry])


@pytest.mark.parametrize(
    "url",
    [
        "https://cdn.example.com/a.wav?signature=%2B%2F#t=3",
        "HTTPS://CDN.EXAMPLE.COM:443/a.wav",
        "https://bücher.example:8443/a.wav",
        "http://plain.example/a.wav",
    ],
)
def test_what_is_on_the_list_may_be_fetched(url: str) -> None:
    checked = check_url(url, ALLOWED)
    assert Origin(checked.scheme, str(checked.raw_host), checked.port or 0) in ALLOWED
    assert not checked.fragment


@pytest.mark.parametrize(
    "url",
    [
        # another scheme, port or host
        *("http://cdn.example.com/a", "https://plain.example/a", "https://cdn.example.com:444/a"),
        *("https://example.com/a", "https://x.cdn.example.com/a", "https://cdn.example.com./a"),
        *("https://cdn.example.com.evil.example/a", "https://evil.example/cdn.example.com"),
        *(
            "ftp://cdn.example.com/a",
            "gopher://cdn.example.com/a",
            "data:audio/wav;base64,UklGRg==",
        ),
        # this machine, and files of it
        *("file:///etc/passwd", "/etc/passwd", "../../etc/passwd", "polyvox://samples/smp_1"),
        *("http://localhost/a", "https://127.0.0.1/a", "https://2130706433/a", "https://0x7f.1/a"),
        *("https://0177.0.0.1/a", "https://127.1/a", "https://[::1]/a", "https://①②⑦.⓪.⓪.①/a"),
        *("https://[::ffff:127.0.0.1]/a", "https://[::ffff:7f00:1]/a", "https://[fe80::1%25lo]/a"),
        # what parsers disagree about
        *("https://cdn.example.com@evil.example/a", "https://evil.example#@cdn.example.com/a"),
        *("https://user:word@cdn.example.com/a"),
        *(
            "https://evil.example\\@cdn.example.com/a",
            "https:cdn.example.com/a",
            "//cdn.example.com",
        ),
        *("https://cdn.example.com\t.evil.example/a", "https://cdn.example.com\r\nHost: x/a"),
        *(
            " https://cdn.example.com/a",
            "https://cdn%2eexample%2ecom/a",
            "https:///cdn.example.com",
        ),
        *("https://cdn.example.com:port/a", "https://[/a", "", "https://", "\0"),
        "https://cdn.example.com/" + "a" * MAX_URL,
    ],
)
def test_what_is_not_on_the_list_is_refused_and_not_quoted(url: str) -> None:
    with pytest.raises(BadSample) as caught:
        check_url(url, ALLOWED)
    assert caught.value.param == "url"
    assert "example" not in str(caught.value)


def test_without_a_list_nothing_is_fetched() -> None:
    with pytest.raises(BadSample, match="fetch_hosts"):
        check_url("https://cdn.example.com/a.wav", frozenset())
