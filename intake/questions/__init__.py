"""The questionnaire as data, once: what the pages and the command line ask of a source."""

from intake.questions.asked import ANSWERS, QUESTIONS, Question

__all__ = ["ANSWERS", "QUESTIONS", "Question"]
