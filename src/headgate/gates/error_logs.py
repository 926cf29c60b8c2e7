"""What the libraries log of an error in a rule, which quotes values of the data, without these values."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from pyspark.logger import PySparkLogger

from headgate.gates.verdict import error_class

GREAT_EXPECTATIONS = "great_expectations.validator.validation_graph"
SPARK = ("SQLQueryContextLogger", "DataFrameQueryContextLogger")


@contextmanager
def error_classes_only() -> Iterator[None]:
    """As long as it is open, errors are logged by their class alone; of the whole process."""
    loggers = [logging.getLogger(GREAT_EXPECTATIONS), *(PySparkLogger.getLogger(name) for name in SPARK)]
    classes = _ErrorClass()
    for logger in loggers:
        logger.addFilter(classes)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(classes)


class _ErrorClass(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args, record.exc_info = error_class(record.getMessage()), None, None
        record.__dict__.pop("context", None)
        return True
