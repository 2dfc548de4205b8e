"""The plain loops of exact KNN-Shapley and TMC-Shapley in numpy and scikit-learn, on the data of

    bench valuation knn 10000 10000 64 knn.bin        valuation.py knn.bin
    bench valuation tmc 100 30 60 20 tmc.bin          valuation.py tmc.bin [permutations]

This is the reference loop, written for this comparison; it is neither pyDVL nor OpenDataVal, which have the same loops with more
around them. Values are compared with those that Assay wrote into the file.
"""

import sys
import time
import warnings

import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegression

warnings.filterwarnings("ignore")
raw = open(sys.argv[1], "rb").read()
n, tests, d, permutations, k = np.frombuffer(raw, np.int32, 5)
at = 20


def take(kind, *shape):
    global at
    count = int(np.prod(shape))
    values = np.frombuffer(raw, kind, count, at).reshape(shape)
    at += values.nbytes
    return values


rows, labels = take(np.float32, n, d), take(np.int32, n)
test, truth = take(np.float32, tests, d), take(np.int32, tests)


def knn_shapley(block=500):
    values = np.zeros(n)
    squares = (rows.astype(float) ** 2).sum(1)
    steps = np.minimum(k, np.arange(1, n)) / (k * np.arange(1, n))
    for start in range(0, tests, block):
        queries = test[start : start + block].astype(float)
        distances = (queries**2).sum(1)[:, None] + squares - 2 * queries @ rows.T.astype(float)
        order = np.argsort(distances, axis=1, kind="stable")
        right = (labels[order] == truth[start : start + block, None]).astype(float)
        shapley = np.empty_like(right)
        shapley[:, -1] = right[:, -1] * min(k, n) / (k * n)
        # s_i = s_{i+1} + (right_i - right_{i+1}) min(K, i) / (K i), from the farthest row on
        shapley[:, :-1] = shapley[:, -1:] + np.cumsum(((right[:, :-1] - right[:, 1:]) * steps)[:, ::-1], axis=1)[:, ::-1]
        np.add.at(values, order.ravel(), shapley.ravel())
    return values / tests


def tmc_shapley(orders, full, tolerance, untrained):
    marginals = np.full(orders.shape, np.nan)
    trainings = 0
    for t, order in enumerate(orders):
        score, hits = untrained, 0
        for i in range(n):
            before = score
            chosen = np.sort(order[: i + 1])
            if len(np.unique(labels[chosen])) == 2:
                model = LogisticRegression(C=1.0, tol=1e-6 * len(chosen), max_iter=1000).fit(rows[chosen], labels[chosen])
                score = model.score(test, truth)
                trainings += 1
            marginals[t, i] = score - before
            hits = hits + 1 if abs(score - full) <= tolerance * full else 0
            if hits == 6:
                break
    return marginals, trainings


print(f"numpy {np.__version__}, scikit-learn {sklearn.__version__}")
if permutations == 0:
    wanted = take(np.float64, n)
    start, used = time.perf_counter(), time.process_time()
    values = knn_shapley()
    print(f"knn-shapley {n} x {tests} x {d}: {time.perf_counter() - start:.2f} s ({time.process_time() - used:.2f} s of processors), largest difference {np.abs(values - wanted).max():.2e}")
else:
    full, untrained = take(np.float64, 2)
    count = int(sys.argv[2]) if len(sys.argv) > 2 else permutations
    orders, wanted = take(np.int32, permutations, n)[:count], take(np.float64, permutations, n)[:count]
    start, used = time.perf_counter(), time.process_time()
    marginals, trainings = tmc_shapley(orders, full, 0.01, untrained)
    seconds, used = time.perf_counter() - start, time.process_time() - used
    same = np.isclose(np.nan_to_num(marginals), np.nan_to_num(wanted), atol=1e-9)
    print(
        f"tmc-shapley {n} rows x {d}, {count} permutations: {seconds:.2f} s ({used:.2f} s of processors), {trainings} trainings, "
        f"{(~same).sum()} of {same.size} marginals differ, largest difference of values "
        f"{np.abs(np.nan_to_num(marginals).mean(0) - np.nan_to_num(wanted).mean(0)).max():.2e}"
    )
