"""Prints the scikit-learn figures that the tests of Assay.Learning/Classical hold: python3 classical_golden.py"""

import numpy as np
import sklearn
from sklearn import calibration, decomposition, ensemble, isotonic, linear_model, metrics, naive_bayes, svm, tree

N, D = 60, 4
i = np.arange(N)[:, None]
j = np.arange(D)[None, :]
A = (i * (37 + 11 * j * j) + 13 * j) % 101
X = (A / 50.0 - 1).astype(np.float32).astype(np.float64)
score = 2 * A[:, 0] + A[:, 1] - A[:, 2] + (np.arange(N) * 71) % 97
binary = (score > 150).astype(int)
three = np.where(score > 200, 2, np.where(score > 100, 1, 0))
target = score / 50.0
weights = 1.0 + np.arange(N) % 3


def show(name, *values):
    flat = np.concatenate([np.ravel(np.asarray(v, dtype=float)) for v in values])
    print(f"{name}: " + ", ".join(f"{v:.12g}" for v in flat))


print("scikit-learn", sklearn.__version__)
show("counts", np.bincount(binary), np.bincount(three))
for name, y, c, w in [
    ("logistic binary C=1", binary, 1.0, None),
    ("logistic binary C=0.1 weights", binary, 0.1, weights),
    ("logistic three C=10", three, 10.0, None),
    ("logistic three C=1 weights", three, 1.0, weights),
]:
    m = linear_model.LogisticRegression(C=c, solver="newton-cg", tol=1e-12, max_iter=100000, multi_class="multinomial" if y is three else "auto").fit(X, y, w)
    show(name, m.coef_, m.intercept_)
m = linear_model.LogisticRegression(C=1, fit_intercept=False, solver="newton-cg", tol=1e-12, max_iter=100000).fit(X, binary)
show("logistic binary no intercept", m.coef_)
m = linear_model.Ridge(alpha=2.0, solver="cholesky").fit(X, target, weights)
show("ridge alpha=2 weights", m.coef_, m.intercept_)
m = linear_model.LinearRegression().fit(X, target)
show("least squares", m.coef_, m.intercept_)
for loss in ["hinge", "squared_hinge"]:
    m = svm.LinearSVC(C=0.5, loss=loss, dual=True, tol=1e-9, max_iter=1000000).fit(X, binary, weights)
    show("svm " + loss, m.coef_, m.intercept_)
m = svm.LinearSVC(C=0.5, dual=True, tol=1e-9, max_iter=1000000).fit(X, three)
show("svm three", m.coef_, m.intercept_)
m = naive_bayes.GaussianNB().fit(X, three, weights)
show("gnb", m.predict_proba(X[:2]), m.var_[0])
f = X[:, 0] + 0.5 * X[:, 1]
show("platt", calibration._sigmoid_calibration(f, binary))
m = isotonic.IsotonicRegression(out_of_bounds="clip").fit(f, binary, weights)
show("isotonic", m.predict([-1.2, -0.5, -0.1, 0.0, 0.2, 0.4, 1.0]))
p = 1 / (1 + np.exp(-2 * f))
r = np.round(p, 1)
P = np.exp(2 * X[:, :3])
P /= P.sum(1, keepdims=True)
yhat = P.argmax(1)
bhat = (p > 0.5).astype(int)
show("auc", metrics.roc_auc_score(binary, p), metrics.roc_auc_score(binary, r, sample_weight=weights))
show(
    "auc ovr macro, weighted",
    metrics.roc_auc_score(three, P, multi_class="ovr"),
    metrics.roc_auc_score(three, P, multi_class="ovr", average="weighted"),
    metrics.roc_auc_score(three, P, multi_class="ovr", sample_weight=weights),
)
show("average precision", metrics.average_precision_score(binary, p), metrics.average_precision_score(binary, r, sample_weight=weights))
show("log loss", metrics.log_loss(binary, p), metrics.log_loss(three, P, sample_weight=weights))
show("brier", metrics.brier_score_loss(binary, p), metrics.brier_score_loss(binary, p, sample_weight=weights))
show(
    "accuracy, balanced",
    metrics.accuracy_score(three, yhat, sample_weight=weights),
    metrics.balanced_accuracy_score(three, yhat),
    metrics.balanced_accuracy_score(three, yhat, sample_weight=weights),
)
show("binary prf", *metrics.precision_recall_fscore_support(binary, bhat, average="binary", sample_weight=weights)[:3])
for average in ["macro", "micro", "weighted"]:
    show(average + " prf", *metrics.precision_recall_fscore_support(three, yhat, average=average, sample_weight=weights)[:3])
show("mcc, kappa", metrics.matthews_corrcoef(three, yhat), metrics.cohen_kappa_score(three, yhat))
g = target + X[:, 3]
show(
    "r2 rmse mae",
    metrics.r2_score(target, g),
    metrics.r2_score(target, g, sample_weight=weights),
    metrics.mean_squared_error(target, g, sample_weight=weights) ** 0.5,
    metrics.mean_absolute_error(target, g, sample_weight=weights),
)
try:
    from scipy import stats

    show("spearman, kendall", stats.spearmanr(r, score)[0], stats.kendalltau(r, score)[0], stats.kendalltau(r, three)[0])
except ImportError:
    pass
m = decomposition.PCA(3).fit(X)
show("pca", m.explained_variance_, np.abs(m.components_[0]))
m = decomposition.TruncatedSVD(2, algorithm="arpack").fit(X)
show("svd", m.singular_values_, np.abs(m.components_[0]))
for criterion in ["gini", "entropy"]:
    m = tree.DecisionTreeClassifier(criterion=criterion, max_depth=3, min_samples_leaf=2, random_state=0).fit(X, three, weights)
    show("tree " + criterion, m.tree_.feature, m.tree_.threshold, m.tree_.impurity)
m = tree.DecisionTreeRegressor(max_depth=3, min_samples_leaf=2, random_state=0).fit(X, target, weights)
show("tree squared", m.tree_.feature, m.tree_.threshold, m.tree_.impurity)
# Splits of classes tie under whole weights, and who takes which of them is a matter of rounding.
uneven = 1.0 + (np.arange(N) * 29 % 61) / 64.0
for name, y, cls in [("regression", target, ensemble.HistGradientBoostingRegressor), ("binary", binary, ensemble.HistGradientBoostingClassifier), ("three", three, ensemble.HistGradientBoostingClassifier)]:
    Z = X.copy()
    Z[::7, 1] = np.nan
    for what, features in [("", X), (" missing", Z)]:
        m = cls(max_iter=5, learning_rate=0.3, max_leaf_nodes=6, min_samples_leaf=4, l2_regularization=0.5, early_stopping=False).fit(features, y, uneven)
        out = m.predict(features[:6]) if name == "regression" else m.predict_proba(features[:4])
        show("boosting " + name + what, out)
