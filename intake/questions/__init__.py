"""What pages and command line ask of a source: the client's own questions and those of a form."""

from intake.questions.asked import OWN_QUESTIONS, Choice, Question, questions_of

__all__ = ["OWN_QUESTIONS", "Choice", "Question", "questions_of"]
