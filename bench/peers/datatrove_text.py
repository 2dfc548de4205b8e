"""Speed of datatrove's filters and MinHash signatures on one core, for comparison with `Assay.Bench heuristics` and `dedup`.

How to get the peer: pip install "datatrove[processing] @ git+https://github.com/huggingface/datatrove@a649de79", or clone it and
set PYTHONPATH to its src folder (it needs numpy, regex, xxhash, loguru, fsspec, dill, multiprocess, tqdm, humanize, rich).

Run: python3 bench/peers/datatrove_text.py FILE.jsonl[.gz]... [--runs 5]

Words are str.split() and sentences end after . ! ? and white space, instead of datatrove's NLTK or spaCy, which are far slower:
what is measured is datatrove's own work. Every filter sees every text as it came. Texts are in memory; nothing is written.
"""

import argparse
import gzip
import json
import re
import statistics
import time

import datatrove.pipeline.dedup.minhash as minhash
import datatrove.utils.text as text_module
import datatrove.utils.word_tokenizers as word_tokenizers
from datatrove.data import Document
from datatrove.pipeline.filters import (
    C4QualityFilter,
    FineWebQualityFilter,
    GopherQualityFilter,
    GopherRepetitionFilter,
)

SENTENCE_END = re.compile(r"(?<=[.!?])\s+")


class PlainTokenizer:
    def word_tokenize(self, text):
        return text.split()

    def sent_tokenize(self, text):
        return [sentence for sentence in SENTENCE_END.split(text) if sentence]

    def span_tokenize(self, text):
        return list(word_tokenizers.simple_span_tokenize(text, self.sent_tokenize(text)))


def use_plain_tokenizer():
    tokenizer = PlainTokenizer()
    word_tokenizers.load_word_tokenizer = lambda language: tokenizer
    minhash.load_word_tokenizer = lambda language: tokenizer


def read(path):
    opened = gzip.open(path, "rt", encoding="utf-8") if path.endswith(".gz") else open(path, encoding="utf-8")
    with opened as lines:
        for line in lines:
            row = json.loads(line)
            yield row["text"] if "text" in row else row["raw_content"]


def measure(name, texts, size, runs, work):
    def once():
        # The last texts' words are kept between filters by a cache of five; a new pass starts without.
        text_module.split_into_parts.cache_clear()
        documents = [Document(text=text, id=str(place)) for place, text in enumerate(texts)]
        start = time.process_time()
        for document in documents:
            work(document)
        return size / 1e6 / (time.process_time() - start)

    once()
    rates = sorted(once() for _ in range(runs))
    print(f"{name:28} {statistics.median(rates):9.3f} MB/s  ({rates[0]:.3f} to {rates[-1]:.3f})", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("files", nargs="+")
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    texts = [text for path in arguments.files for text in read(path)]
    size = sum(len(text.encode("utf-8")) for text in texts)
    print(f"{len(texts)} texts, {size / 1e6:.2f} MB, one thread")
    use_plain_tokenizer()

    filters = {
        "GopherQuality": GopherQualityFilter(),
        "GopherRepetition": GopherRepetitionFilter(),
        "C4": C4QualityFilter(),
        "FinewebQuality": FineWebQualityFilter(),
    }
    signatures = minhash.MinhashDedupSignature(
        ".", minhash.MinhashConfig(n_grams=5, num_buckets=14, hashes_per_bucket=8)
    )

    def filtered(only):
        def work(document):
            original = document.text
            for one in only:
                try:
                    one.filter(document)
                except (ZeroDivisionError, IndexError):
                    pass  # texts without words
                document.text = original

        return work

    def signed(document):
        shingles = signatures.get_shingles(document.text)
        if shingles.size != 0:
            signatures.get_signature(shingles)

    def both(document):
        filtered(filters.values())(document)
        signed(document)

    for name, one in filters.items():
        measure(name, texts, size, arguments.runs, filtered([one]))
    measure("all four", texts, size, arguments.runs, filtered(filters.values()))
    measure("normalise + signatures", texts, size, arguments.runs, signed)
    measure("all four + signatures", texts, size, arguments.runs, both)


if __name__ == "__main__":
    main()
