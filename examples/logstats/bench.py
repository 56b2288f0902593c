"""Report of a made-up day of a small shop, the same lines for the same seed."""

import argparse

from logstats import build_report, parse_lines

AGENTS = [
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 Version/17.5 Safari/605.1",
]


def made_up_lines(count, seed):
    """Lines of one day in order of time."""
    lines = []
    state = seed
    for number in range(count):
        state = (state * 1103515245 + 12345) % 2147483648
        draw = state >> 8
        second = number * 86400 // count
        host = f"10.{draw % 3}.{draw // 3 % 5}.{draw // 15 % 250}"
        kind = draw // 7 % 10
        if kind < 4:
            path = f"/shop/item/{draw % 400}"
        elif kind < 6:
            path = f"/static/theme-{draw % 9}.css"
        elif kind < 7:
            path = f"/blog/2025/{draw % 12 + 1:02d}/notes-from-the-workshop"
        elif kind < 8:
            path = f"/search?q=lamp{draw % 60}"
        elif kind < 9:
            path = f"/api/v2/stock/{draw % 300}"
        else:
            path = f"/about/team?page={draw % 4}"
        status = 500 if draw % 97 == 0 else 404 if draw % 41 == 0 else 200
        lines.append(
            f"{host} - - [14/Nov/2025:{second // 3600:02d}:{second // 60 % 60:02d}"
            f":{second % 60:02d} +0000] "
            f'"GET {path} HTTP/1.1" {status} {draw % 50000} "-" "{AGENTS[draw % 5]}" {draw % 900}'
        )
    return lines


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lines", type=int, default=8000)
    parser.add_argument("--seed", type=int, default=20251114)
    options = parser.parse_args()
    entries, rejected = parse_lines(made_up_lines(options.lines, options.seed))
    print(build_report(entries, rejected), end="")


if __name__ == "__main__":
    main()
