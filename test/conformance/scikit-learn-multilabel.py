"""Writes scikit-learn-multilabel.json: random rows with several labels, and what scikit-learn says of them.

PYTHON test/conformance/scikit-learn-multilabel.py  (scikit-learn 1.9, numpy)
"""

import json
import pathlib

import numpy as np
import sklearn
from sklearn import metrics as m

random = np.random.default_rng(20261130)
ROWS, LABELS = 250, 5


def case(weight_of):
    signal = random.normal(size=(ROWS, LABELS)) - np.linspace(0, 1.5, LABELS)
    y = (random.random((ROWS, LABELS)) < 1 / (1 + np.exp(-signal))).astype(int)
    s = np.round(1 / (1 + np.exp(-(signal + random.normal(scale=0.8, size=signal.shape)))), 1)  # ties, exact 0 and 1
    y[0] = 0  # a row without labels, and one with all
    y[1] = 1
    p = (s >= 0.5).astype(int)
    p[:, 4] = 0  # a label that is never decided for
    w = weight_of()
    calls = {
        "log_loss": lambda k: np.mean([m.log_loss(y[:, j], s[:, j], sample_weight=k) for j in range(LABELS)]),
        "roc_auc_macro": lambda k: m.roc_auc_score(y, s, average="macro", sample_weight=k),
        "average_precision_macro": lambda k: m.average_precision_score(y, s, average="macro", sample_weight=k),
        "jaccard_samples": lambda k: m.jaccard_score(y, p, average="samples", sample_weight=k, zero_division=0),
        "hamming_loss": lambda k: m.hamming_loss(y, p, sample_weight=k),
        "accuracy": lambda k: m.accuracy_score(y, p, sample_weight=k),
        "label_ranking_average_precision": lambda k: m.label_ranking_average_precision_score(y, s, sample_weight=k),
        "coverage_error": lambda k: m.coverage_error(y, s, sample_weight=k),
    }
    for average in ("macro", "micro", "weighted", "samples"):
        for score in (m.f1_score, m.precision_score, m.recall_score):
            calls[f"{score.__name__.removesuffix('_score')}_{average}"] = lambda k, score=score, average=average: score(
                y, p, average=average, sample_weight=k, zero_division=0
            )
    columns = {"weight": w.tolist()}
    for j in range(LABELS):
        columns |= {f"y_true.l{j}": y[:, j].tolist(), f"y_score.l{j}": s[:, j].tolist(), f"y_pred.l{j}": p[:, j].tolist()}
    expected = {name: {"plain": float(call(None)), "weighted": float(call(w))} for name, call in calls.items()}
    return {"columns": columns, "expected": expected}


out = {
    "scikit-learn": sklearn.__version__,
    "multilabel": case(lambda: np.round(random.gamma(2, size=ROWS), 3)),
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(out) + "\n")
