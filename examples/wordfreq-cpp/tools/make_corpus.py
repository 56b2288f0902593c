"""Writes a made-up text: make_corpus.py LINES SEED. The same arguments give the same text."""

import random
import sys

SYLLABLES = "ka lo mi ter an so ri ben du es ta vor il ne gra ph".split()
SMALL = "the of and a to in it that".split()


def main():
    lines, seed = int(sys.argv[1]), int(sys.argv[2])
    uniform = random.Random(seed).random  # random() alone gives the same numbers in every version
    words = []
    for _ in range(9000):
        words.append("".join(SYLLABLES[int(uniform() * 16)] for _ in range(2 + int(uniform() * 4))))
    for number in range(lines):
        if uniform() < 0.03:
            print(f"# chapter {number}")
            continue
        text = []
        for _ in range(8 + int(uniform() * 9)):
            if uniform() < 0.25:
                text.append(SMALL[int(uniform() * 8)])
            else:
                word = words[int(9000 * uniform() * uniform() * uniform())]
                text.append(word.capitalize() if uniform() < 0.08 else word)
            if uniform() < 0.1:
                text[-1] += ","
        print(" ".join(text) + ".")


if __name__ == "__main__":
    main()
