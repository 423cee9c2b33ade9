"""The questionnaire as data, once: what the pages and the command line ask of a source."""

from intake.questions.asked import ANSWERS, LEFT_OUT, QUESTIONS, TEXT, Question

__all__ = ["ANSWERS", "LEFT_OUT", "QUESTIONS", "TEXT", "Question"]
