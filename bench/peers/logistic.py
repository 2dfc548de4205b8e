"""Softmax regression of scikit-learn on MNIST: logistic.py train.bin.gz [rows] [C] [tolerance] [iterations]

The tolerance is Assay's: largest partial derivative over the number of rows. scikit-learn 1.2 compares with the sum.
"""

import gzip
import sys
import time

import numpy as np
import sklearn
from scipy.special import log_softmax
from sklearn.linear_model import LogisticRegression

path = sys.argv[1]
rows = int(sys.argv[2]) if len(sys.argv) > 2 else 20000
c = float(sys.argv[3]) if len(sys.argv) > 3 else 0.01
tolerance = float(sys.argv[4]) if len(sys.argv) > 4 else 1e-6
iterations = int(sys.argv[5]) if len(sys.argv) > 5 else 10000
raw = np.frombuffer(gzip.open(path).read(), np.uint8).reshape(-1, 785)[:rows]
labels = raw[:, 0].astype(int)
pixels = (raw[:, 1:] / np.float32(255)).astype(np.float32).astype(np.float64)
scale = rows if tuple(map(int, sklearn.__version__.split(".")[:2])) < (1, 5) else 1
for run in range(2):
    start = time.perf_counter()
    model = LogisticRegression(C=c, tol=tolerance * scale, max_iter=iterations, multi_class="multinomial").fit(pixels, labels)
    seconds = time.perf_counter() - start
    logits = pixels @ model.coef_.T + model.intercept_
    objective = -log_softmax(logits, axis=1)[np.arange(rows), labels].sum() + (model.coef_**2).sum() / (2 * c)
    print(f"scikit-learn {sklearn.__version__}: {seconds:.2f} s, {model.n_iter_[0]} iterations, objective {objective:.12g}, float64")
