"""Writes scikit-learn.json: random data, and what scikit-learn says of it.  PYTHON test/conformance/scikit-learn.py  (scikit-learn 1.9, numpy)

With `judge` it reads data instead, {"task", "columns"} a line, and prints what scikit-learn says of each, a line of JSON.
"""

import json
import pathlib
import sys

import numpy as np
import sklearn
from sklearn import metrics as m

random = np.random.default_rng(20261124)


def columns(**values):
    return {name: np.asarray(value).tolist() for name, value in values.items()}


def both(call, weight):
    """With every row once, and with weights."""
    return {"plain": float(call(None)), "weighted": float(call(weight))}


def binary(rows=400):
    signal = random.normal(size=rows)
    y = (random.random(rows) < 1 / (1 + np.exp(-signal))).astype(int)
    s = np.round(1 / (1 + np.exp(-(signal + random.normal(scale=0.8, size=rows)))), 2)  # ties, and maybe exact 0 and 1
    w = np.round(random.gamma(2, size=rows), 3)
    return columns(y_true=y, y_score=s, weight=w)


def judge_binary(data):
    y, s, w = data["y_true"].astype(int), data["y_score"], data["weight"]
    p = (s >= 0.5).astype(int)

    def recall_at(rate):
        def call(sample_weight):
            fpr, tpr, _ = m.roc_curve(y, s, sample_weight=sample_weight, drop_intermediate=False)
            return np.interp(rate, fpr, tpr)

        return call

    def ks(sample_weight):
        fpr, tpr, _ = m.roc_curve(y, s, sample_weight=sample_weight, drop_intermediate=False)
        return np.max(np.abs(tpr - fpr))

    calls = {
        "log_loss": lambda k: m.log_loss(y, s, sample_weight=k),
        "roc_auc": lambda k: m.roc_auc_score(y, s, sample_weight=k),
        "average_precision": lambda k: m.average_precision_score(y, s, sample_weight=k),
        "brier": lambda k: m.brier_score_loss(y, s, sample_weight=k),
        "accuracy": lambda k: m.accuracy_score(y, p, sample_weight=k),
        "balanced_accuracy": lambda k: m.balanced_accuracy_score(y, p, sample_weight=k),
        "precision": lambda k: m.precision_score(y, p, sample_weight=k),
        "recall": lambda k: m.recall_score(y, p, sample_weight=k),
        "specificity": lambda k: m.recall_score(y, p, pos_label=0, sample_weight=k),
        "false_positive_rate": lambda k: 1 - m.recall_score(y, p, pos_label=0, sample_weight=k),
        "selection_rate": lambda k: np.average(p, weights=k),
        "f1": lambda k: m.f1_score(y, p, sample_weight=k),
        "f2": lambda k: m.fbeta_score(y, p, beta=2, sample_weight=k),
        "f0.5": lambda k: m.fbeta_score(y, p, beta=0.5, sample_weight=k),
        "mcc": lambda k: m.matthews_corrcoef(y, p, sample_weight=k),
        "cohen_kappa": lambda k: m.cohen_kappa_score(y, p, sample_weight=k),
        "ks": ks,
        "recall@fpr=0.05": recall_at(0.05),
        "recall@fpr=0.3": recall_at(0.3),
    }
    return {name: both(call, w) for name, call in calls.items()}


def multiclass(rows=300, classes=4):
    raw = random.normal(size=(rows, classes))
    y = np.argmax(raw + random.normal(scale=1.2, size=raw.shape), axis=1)
    s = np.exp(raw) / np.exp(raw).sum(axis=1, keepdims=True)
    w = np.round(random.gamma(2, size=rows), 3)
    return columns(y_true=y, weight=w, **{f"y_score.{c}": s[:, c] for c in range(classes)})


def judge_multiclass(data):
    y, w = data["y_true"].astype(int), data["weight"]
    s = np.stack([data[name] for name in data if name.startswith("y_score.")], axis=1)
    p = s.argmax(axis=1)
    hot = np.eye(s.shape[1])[y]
    calls = {
        "log_loss": lambda k: m.log_loss(y, s, sample_weight=k),
        "roc_auc_ovr": lambda k: m.roc_auc_score(y, s, multi_class="ovr", average="macro", sample_weight=k),
        "roc_auc_ovr_weighted": lambda k: m.roc_auc_score(y, s, multi_class="ovr", average="weighted", sample_weight=k),
        "brier": lambda k: np.average(((s - hot) ** 2).sum(axis=1), weights=k),
        "accuracy": lambda k: m.accuracy_score(y, p, sample_weight=k),
        "balanced_accuracy": lambda k: m.balanced_accuracy_score(y, p, sample_weight=k),
        "mcc": lambda k: m.matthews_corrcoef(y, p, sample_weight=k),
        "cohen_kappa": lambda k: m.cohen_kappa_score(y, p, sample_weight=k),
        "top_k_accuracy@2": lambda k: m.top_k_accuracy_score(y, s, k=2, sample_weight=k),
    }
    for average in ("macro", "micro", "weighted"):
        for name, score in (("f1", m.f1_score), ("precision", m.precision_score), ("recall", m.recall_score)):
            calls[f"{name}_{average}"] = lambda k, score=score, average=average: score(
                y, p, average=average, sample_weight=k
            )
    return {name: both(call, w) for name, call in calls.items()}


def regression(rows=301):
    y = 20 + random.normal(scale=5, size=rows)
    s = y + random.standard_t(3, size=rows)
    w = np.round(random.gamma(2, size=rows), 3)
    naive = y + random.normal(scale=4, size=rows)
    return columns(y_true=y, y_pred=s, y_naive=naive, y_lower=s - 1.5, y_upper=s + 1.5, weight=w)


def judge_regression(data):
    y, s, w, naive = data["y_true"], data["y_pred"], data["weight"], data["y_naive"]
    lower, upper = data["y_lower"], data["y_upper"]

    def mean(values):
        return lambda k: np.average(values, weights=k)

    calls = {
        "rmse": lambda k: m.root_mean_squared_error(y, s, sample_weight=k),
        "mse": lambda k: m.mean_squared_error(y, s, sample_weight=k),
        "mae": lambda k: m.mean_absolute_error(y, s, sample_weight=k),
        "r2": lambda k: m.r2_score(y, s, sample_weight=k),
        "mape": lambda k: m.mean_absolute_percentage_error(y, s, sample_weight=k),
        "bias": lambda k: abs(np.average(s - y, weights=k)),
        "pinball@0.9": lambda k: m.mean_pinball_loss(y, s, alpha=0.9, sample_weight=k),
        "max_error": lambda k: m.max_error(y, s),
        "smape": mean(2 * np.abs(s - y) / (np.abs(s) + np.abs(y))),
        "coverage": mean((lower <= y) & (y <= upper)),
        "mase": lambda k: np.average(np.abs(s - y), weights=k) / np.average(np.abs(naive - y), weights=k),
        "median_absolute_error": lambda k: m.median_absolute_error(y, s, sample_weight=k),
    }
    return {name: both(call, w) for name, call in calls.items()}


def ranking(queries=40):
    group, relevance, score = [], [], []
    for query in range(queries):
        size = int(random.integers(3, 25))
        truth = random.integers(0, 4, size=size)
        group += [query] * size
        relevance += truth.tolist()
        score += np.round(truth + random.normal(scale=2, size=size), 1).tolist()
    return columns(y_true=relevance, y_score=score, query=group)


def judge_ranking(data):
    y, s, group = data["y_true"], data["y_score"], data["query"]
    by = [np.flatnonzero(group == query) for query in np.unique(group)]
    expected = {
        name: {"plain": float(np.mean([m.ndcg_score([y[i]], [s[i]], k=k) for i in by]))}
        for name, k in (("ndcg@10", 10), ("ndcg@3", 3))
    }
    if all(len(np.unique(s[i])) == len(i) for i in by):  # of equal scores it has another opinion
        some = [i for i in by if (y[i] > 0).any()]
        found = [m.average_precision_score(y[i] > 0, s[i]) for i in some]
        expected["map"] = {"plain": float(np.mean(found))}
    return expected


JUDGES = {"binary": judge_binary, "multiclass": judge_multiclass, "regression": judge_regression, "ranking": judge_ranking}


def judged(task, given):
    return JUDGES[task]({name: np.asarray(values, dtype=float) for name, values in given.items()})


if sys.argv[1:] == ["judge"]:
    for line in sys.stdin:
        case = json.loads(line)
        print(json.dumps(judged(case["task"], case["columns"])))
else:
    out = {"scikit-learn": sklearn.__version__}
    for make in (binary, multiclass, regression, ranking):
        data = make()
        out[make.__name__] = {"columns": data, "expected": judged(make.__name__, data)}
    pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(out) + "\n")
