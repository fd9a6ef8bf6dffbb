"""What the intervals of ten metrics cost with scikit-learn and a paired bootstrap over groups: one replicate of both models, drawn and computed.

    python scikit_learn.py CANDIDATE.csv BASELINE.csv

Prints the CPU seconds of each of a few replicates as JSON, and the metrics of all rows, to be held against ours.
"""
import json
import sys
import time

import numpy as np
import sklearn.metrics as m

REPLICATES = 3


def column(path, at, kind):
    return np.loadtxt(path, delimiter=",", skiprows=1, usecols=at, dtype=kind)


truth = column(sys.argv[1], 3, np.int64)
day = column(sys.argv[1], 1, np.int64)
scores = [column(path, 4, np.float64) for path in sys.argv[1:3]]


def metrics(y, p):
    d = (p >= 0.5).astype(np.int64)
    return {
        "log_loss": m.log_loss(y, p),
        "roc_auc": m.roc_auc_score(y, p),
        "average_precision": m.average_precision_score(y, p),
        "brier": m.brier_score_loss(y, p),
        "accuracy": m.accuracy_score(y, d),
        "balanced_accuracy": m.balanced_accuracy_score(y, d),
        "precision": m.precision_score(y, d),
        "recall": m.recall_score(y, d),
        "f1": m.f1_score(y, d),
        "matthews_corrcoef": m.matthews_corrcoef(y, d),
    }


source = np.random.default_rng(1)
of_day = [np.flatnonzero(day == d) for d in np.unique(day)]
seconds = []
for _ in range(REPLICATES):
    began = time.process_time()
    rows = np.concatenate([of_day[d] for d in source.integers(0, len(of_day), len(of_day))])
    for p in scores:
        metrics(truth[rows], p[rows])
    seconds.append(time.process_time() - began)
print(json.dumps({"seconds": seconds, "metrics": metrics(truth, scores[0])}))
