"""Speed of DSIR's released features and weights on one core, for comparison with `Assay.Bench matching`.

How to get the peer: git clone https://github.com/p-lambda/dsir; git checkout 4802a1c7; it needs numpy.

Run: python3 bench/peers/dsir.py DSIR_FOLDER FILE.jsonl[.gz]... [--runs 3]

What is measured is what its two passes do with a row: count the hashed n-grams, and count them again and multiply with the
log-ratios. NLTK's tokenizer is a regular expression and its n-grams a window over the words; both are stood in for here by the same in the
standard library, so that NLTK need not be there. Texts are in memory; nothing is written.
"""

import argparse
import gzip
import importlib.util
import json
import re
import statistics
import sys
import time
import types

import numpy as np

WORDS = re.compile(r"\w+|[^\w\s]+")


class WordPunctTokenizer:
    def tokenize(self, text):
        return WORDS.findall(text)


def ngrams(words, n):
    return zip(*(words[i:] for i in range(n)))


def module(name, **members):
    made = types.ModuleType(name)
    made.__dict__.update(members)
    sys.modules[name] = made


def load(folder):
    module("nltk", ngrams=ngrams)
    module("nltk.tokenize", WordPunctTokenizer=WordPunctTokenizer, word_tokenize=None)
    module("tqdm", tqdm=lambda items, **_: items)
    module("data_selection")
    module(
        "data_selection.base",
        DSIR=object,
        default_load_dataset_fn=None,
        default_parse_example_fn=None,
        _iterate_virtually_sharded_dataset=None,
    )
    module("data_selection.utils", parallelize=None)
    spec = importlib.util.spec_from_file_location("peer", folder + "/data_selection/hashed_ngram_dsir.py")
    peer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(peer)
    return peer.get_ngram_counts


def texts_of(path):
    with (gzip.open if path.endswith(".gz") else open)(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)["text"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("dsir")
    parser.add_argument("files", nargs="+")
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    count = load(arguments.dsir)
    texts = [text for path in arguments.files for text in texts_of(path)]
    size = sum(len(text.encode("utf-8")) for text in texts) / 1e6
    rates = []
    for _ in range(arguments.runs):
        start = time.process_time()
        total = np.zeros(10_000, dtype=int)
        for text in texts:
            count(text, counts=total)
        ratio = np.log((total + 1) / (total + 1).sum() + 1e-8) - np.log(total / total.sum() + 1e-8)
        for text in texts:
            np.dot(ratio, count(text))
        rates.append(size / (time.process_time() - start))
    print(f"{len(texts)} texts, {size:.1f} MB; both passes {statistics.median(rates):.2f} MB/s ({min(rates):.2f} to {max(rates):.2f})")


if __name__ == "__main__":
    main()
