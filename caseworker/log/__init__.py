"""The log: what happened, by whom and when; append-only, chained, the truth of every case."""
