"""Evaluation: logical error rates of codes, sampled, and kept in the archive as evidence."""

from qcode_rl.evaluation.runs import Evaluation, evaluate, plan
from qcode_rl.evaluation.subjects import Subject, subject_of, surface_beside

__all__ = ["Evaluation", "Subject", "evaluate", "plan", "subject_of", "surface_beside"]
